package io.drover.node.membership;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.pekko.actor.Address;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.MemberStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a node becomes a member: of the cluster that the roll knows, however long that takes; only
 * when there is none may the first of the seed nodes begin one.
 */
public final class ClusterJoin {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterJoin.class);

  /** Members that all died at once are on the roll for a moment: it is looked at again. */
  private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

  private final Cluster cluster;
  private final ClusterRoll roll;
  private final DataSource database;
  private final List<Address> seeds;
  private final CountDownLatch over = new CountDownLatch(1);

  private ClusterJoin(Cluster cluster, ClusterRoll roll, DataSource database, List<Address> seeds) {
    this.cluster = cluster;
    this.roll = roll;
    this.database = database;
    this.seeds = List.copyOf(seeds);
  }

  /**
   * Returns at once; looks at the roll until it is a member.
   *
   * @param seeds empty = a cluster of this node alone
   */
  public static void begin(
      Cluster cluster, ClusterRoll roll, DataSource database, List<Address> seeds) {
    ClusterJoin join = new ClusterJoin(cluster, roll, database, seeds);
    cluster.registerOnMemberUp(() -> {
      roll.joined();
      join.over.countDown();
    });
    cluster.registerOnMemberRemoved(join::removed);
    if (seeds.isEmpty()) {
      cluster.join(cluster.selfAddress());
    } else {
      Thread.ofVirtual().name("drover-join").start(join::run);
    }
  }

  /** Its cells run elsewhere now; what it still writes, the journal refuses. It stops next. */
  private void removed() {
    roll.left();
    over.countDown();
    if (cluster.selfMember().status().equals(MemberStatus.down())) {
      LOG.atError()
          .addKeyValue("cluster", cluster.selfAddress())
          .log("control node is ended: the cluster goes on without it");
    }
  }

  private void run() {
    List<Address> asked = List.of();
    try {
      do {
        List<Address> others =
            seeds.stream().filter(seed -> !seed.equals(cluster.selfAddress())).toList();
        List<Address> next = hasOthers() ? others : seeds;
        if (!next.equals(asked)) {
          asked = next;
          cluster.joinSeedNodes(next);
        }
      } while (!over.await(LOOK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Without a database nobody begins a cluster. */
  private boolean hasOthers() {
    try (Connection connection = database.getConnection()) {
      return roll.hasOthers(connection);
    } catch (SQLException e) {
      LOG.atWarn().addKeyValue("reason", e).log("cannot see who is in the cluster");
      return true;
    }
  }
}
