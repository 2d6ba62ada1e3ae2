package io.drover.transfer;

import io.drover.config.units.DataRate;
import java.time.Duration;

/**
 * How one transfer sends.
 *
 * @param transferId for logs: the migration's id
 * @param bandwidthLimit payload rate; {@link DataRate#UNLIMITED} for none. Ignored once the guest
 *     is paused
 * @param outageBudget how long a broken stream may take to come back before the transfer fails
 */
public record SendOptions(String transferId, DataRate bandwidthLimit, Duration outageBudget) {}
