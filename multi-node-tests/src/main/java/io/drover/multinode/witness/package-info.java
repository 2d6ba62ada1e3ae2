/**
 * What guests did, seen by nobody of the control plane: every effect of every guest is one line of
 * one file, appended by one system call, so that the kernel's order of the lines is the order of
 * the effects. {@code WitnessedAgent} is the shipped agent, its guests' network ports connected to
 * that file. Writers: guests' threads of many processes; the reader comes when they have ended.
 */
@NullMarked
package io.drover.multinode.witness;

import org.jspecify.annotations.NullMarked;
