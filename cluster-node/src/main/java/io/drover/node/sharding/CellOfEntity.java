package io.drover.node.sharding;

import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.ShardingMessageExtractor;

/**
 * The shard of an entity is the cell in its id: {@code vm-north-03-01k…} is in {@code north-03}.
 * What belongs to an area as a whole has the area's name as id and as shard.
 */
public final class CellOfEntity<M> extends ShardingMessageExtractor<ShardingEnvelope<M>, M> {
  private static final Pattern IN_A_CELL =
      Pattern.compile("(?:host|vm|mig|op)-(.+?-\\d{2})-[a-z0-9-]+");

  @Override
  public String entityId(ShardingEnvelope<M> envelope) {
    return envelope.entityId();
  }

  @Override
  public M unwrapMessage(ShardingEnvelope<M> envelope) {
    return envelope.message();
  }

  /**
   * The cell or area.
   *
   * @throws io.drover.config.units.MalformedIdException when it is neither
   */
  @Override
  public String shardId(String entityId) {
    Matcher matcher = IN_A_CELL.matcher(entityId);
    return matcher.matches()
        ? CellId.parse(matcher.group(1)).toString()
        : new AreaId(entityId).name();
  }
}
