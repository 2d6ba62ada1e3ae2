/**
 * Where a fleet's processes are and what lies between them: network namespaces with addresses of
 * their own where root is there, else the loopback interface. Also what Linux offers for hurting
 * processes: freezer, small disks. Everything made has a name that tells whose it is, so that the
 * next run removes what a killed one left. Blocking; one caller thread.
 */
@NullMarked
package io.drover.multinode.network;

import org.jspecify.annotations.NullMarked;
