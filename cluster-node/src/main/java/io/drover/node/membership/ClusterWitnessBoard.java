package io.drover.node.membership;

import io.drover.actor.CborSerializable;
import io.drover.actor.lease.Witness;
import io.drover.actor.lease.WitnessCandidate;
import io.drover.actor.placement.WitnessBoard;
import io.drover.config.settings.BindAddress;
import io.drover.config.settings.NodeSettings;
import io.drover.config.units.AreaId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.pubsub.Topic;

/**
 * Every node tells all others, again and again, where its gateway is and which hosts of the area
 * whose scheduler it runs could vouch for others. What was not repeated is forgotten: no membership
 * event is missed, and a wrong entry costs one witness for a while.
 */
public final class ClusterWitnessBoard implements WitnessBoard {
  private static final Duration INTERVAL = Duration.ofSeconds(3);
  private static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(10);

  /** Of each kind, for one host to choose from. */
  private static final int SHOWN_LIMIT = 32;

  /** What a node says. */
  record Posted(
      String node, String area, Optional<String> gateway, Map<String, List<WitnessCandidate>> hosts)
      implements CborSerializable {
    Posted {
      hosts = Map.copyOf(hosts);
    }
  }

  private sealed interface Command {
    record Heard(Posted posted) implements Command {}

    record Post() implements Command {}
  }

  private record Known<T>(T what, long atNs) {
    boolean isFresh() {
      return System.nanoTime() - atNs < FORGOTTEN_AFTER.toNanos();
    }
  }

  private final NodeSettings node;
  private final Map<String, Known<Posted>> nodes = new ConcurrentHashMap<>();
  private final Map<String, Known<List<WitnessCandidate>>> own = new ConcurrentHashMap<>();
  private volatile Optional<String> gateway = Optional.empty();

  private ClusterWitnessBoard(NodeSettings node) {
    this.node = node;
  }

  /** Begins to listen, and to tell. */
  public static ClusterWitnessBoard start(ActorSystem<?> system, NodeSettings node) {
    ClusterWitnessBoard board = new ClusterWitnessBoard(node);
    system.systemActorOf(board.behavior(), "witness-board", Props.empty());
    return board;
  }

  /** The gateway listens: this node can vouch, too. */
  public void serve(BindAddress bound) {
    gateway = Optional.of(node.advertisedGateway().orElse(bound).toString());
  }

  private Behavior<Command> behavior() {
    return Behaviors.setup(context -> {
      ActorRef<Topic.Command<Posted>> topic =
          context.spawn(Topic.create(Posted.class, "witnesses"), "topic");
      topic.tell(Topic.subscribe(context.messageAdapter(Posted.class, Command.Heard::new)));
      return Behaviors.withTimers(timers -> {
        timers.startTimerWithFixedDelay(new Command.Post(), INTERVAL);
        return Behaviors.receiveMessage(command -> {
          switch (command) {
            case Command.Heard c ->
                nodes.put(c.posted().node(), new Known<>(c.posted(), System.nanoTime()));
            case Command.Post _ -> {
              own.values().removeIf(known -> !known.isFresh());
              nodes.values().removeIf(known -> !known.isFresh());
              topic.tell(Topic.publish(posted()));
            }
          }
          return Behaviors.same();
        });
      });
    });
  }

  private Posted posted() {
    Map<String, List<WitnessCandidate>> hosts = new ConcurrentHashMap<>();
    own.forEach((area, known) -> hosts.put(area, known.what()));
    return new Posted(node.name(), node.area().name(), gateway, hosts);
  }

  @Override
  public void post(AreaId area, List<WitnessCandidate> hosts) {
    own.put(area.name(), new Known<>(List.copyOf(hosts), System.nanoTime()));
  }

  @Override
  public List<WitnessCandidate> besides(AreaId area) {
    List<Posted> fresh = nodes.values().stream().filter(Known::isFresh).map(Known::what).toList();
    List<WitnessCandidate> all = new ArrayList<>();
    fresh.stream()
        .flatMap(p ->
            p.gateway().stream()
                .map(g -> new WitnessCandidate(new Witness(p.node(), g), p.area(), "", true)))
        .limit(SHOWN_LIMIT)
        .forEach(all::add);
    fresh.stream()
        .flatMap(p -> p.hosts().entrySet().stream())
        .filter(entry -> !entry.getKey().equals(area.name()))
        .flatMap(entry -> stretch(entry.getValue()))
        .limit(SHOWN_LIMIT)
        .forEach(all::add);
    return all;
  }

  private static Stream<WitnessCandidate> stretch(List<WitnessCandidate> hosts) {
    return hosts.stream().limit(SHOWN_LIMIT / 2);
  }
}
