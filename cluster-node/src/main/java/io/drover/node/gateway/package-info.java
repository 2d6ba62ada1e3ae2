/**
 * The sessions of host agents: the one place that knows both the .proto messages and the domain's
 * own words. gRPC threads only tell; one actor per session does the rest.
 */
@NullMarked
package io.drover.node.gateway;

import org.jspecify.annotations.NullMarked;
