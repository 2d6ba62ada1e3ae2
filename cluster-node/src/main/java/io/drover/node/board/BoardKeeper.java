package io.drover.node.board;

import io.drover.actor.area.NodeReport;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.pubsub.Topic;

/** Tells all boards of this node, each tick, and its own board what the others tell. */
public final class BoardKeeper {
  private static final String TOPIC = "drover-board";

  private BoardKeeper() {}

  /** What it hears. */
  public sealed interface Command {}

  private record Heard(BoardNews news) implements Command {}

  private record Tick() implements Command {}

  /**
   * The actor; one per node.
   *
   * @param report of this node, now; called on the actor's thread, must not block
   */
  public static Behavior<Command> create(Board board, Supplier<NodeReport> report, Duration tick) {
    return Behaviors.setup(context -> {
      ActorRef<Topic.Command<BoardNews>> topic =
          context.spawn(Topic.create(BoardNews.class, TOPIC), "topic");
      topic.tell(Topic.subscribe(context.messageAdapter(BoardNews.class, Heard::new)));
      board.publishTo(news -> topic.tell(Topic.publish(news)));
      return Behaviors.withTimers(timers -> {
        timers.startTimerWithFixedDelay(new Tick(), Duration.ZERO, tick);
        return Behaviors.receive(Command.class)
            .onMessage(
                Heard.class,
                heard -> {
                  board.heard(heard.news());
                  return Behaviors.same();
                })
            .onMessage(
                Tick.class,
                _ -> {
                  BoardNews news = new BoardNews.OfNode(report.get());
                  board.heard(news);
                  topic.tell(Topic.publish(news));
                  return Behaviors.same();
                })
            .build();
      });
    });
  }
}
