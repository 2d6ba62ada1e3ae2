package io.drover.http;

import io.drover.actor.api.ControlPlane;
import io.drover.actor.api.FleetViews;
import io.drover.actor.api.ImageStore;
import io.drover.http.exchange.Dispatcher;
import io.drover.http.exchange.Endpoint;
import io.drover.http.exchange.MalformedRequestHandler;
import io.drover.http.node.LocalNode;
import io.drover.http.route.AreaRoutes;
import io.drover.http.route.ConsoleRoutes;
import io.drover.http.route.EventRoutes;
import io.drover.http.route.HealthRoutes;
import io.drover.http.route.HostRoutes;
import io.drover.http.route.ImageRoutes;
import io.drover.http.route.MigrationRoutes;
import io.drover.http.route.OperationRoutes;
import io.drover.http.route.VmRoutes;
import io.drover.http.stream.ConsoleFollower;
import io.drover.http.stream.EventFeed;
import io.drover.http.stream.ImageReceiver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import scala.concurrent.duration.FiniteDuration;

/** The HTTP API of a control node, version 1; {@code openapi.yaml} is its contract. */
public final class ApiServer {
  /** Event streams and as many requests beside them. */
  private static final int CONNECTION_LIMIT = 2 * EventFeed.SUBSCRIBER_LIMIT;

  private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(5);

  /** Above the dispatcher's own limit: its answer says more than Pekko's. */
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(60);

  private static final Duration EVENT_POLL_INTERVAL = Duration.ofMillis(200);
  private static final Duration EVENT_HEARTBEAT_INTERVAL = Duration.ofSeconds(15);

  /** How long answers under way may take when the node leaves; streams end then. */
  private static final Duration TERMINATION_LIMIT = Duration.ofSeconds(2);

  private ApiServer() {}

  /** What the API is served from. */
  public record Ports(
      ControlPlane controlPlane, FleetViews views, ImageStore images, LocalNode node) {}

  /**
   * Serves the API until the actor system shuts down.
   *
   * @param port 0 = any free one
   * @return fails when the address cannot be bound
   */
  public static CompletionStage<ServerBinding> bind(
      ActorSystem<?> system, Ports ports, String host, int port) {
    EventFeed feed =
        new EventFeed(system, ports.views(), EVENT_POLL_INTERVAL, EVENT_HEARTBEAT_INTERVAL);
    Dispatcher dispatcher = new Dispatcher(endpoints(system, ports, feed), system, ports.node());
    return Http.get(system)
        .newServerAt(host, port)
        .withSettings(settings(system))
        .bind(dispatcher::handle)
        .thenApply(binding -> binding.addToCoordinatedShutdown(TERMINATION_LIMIT, system));
  }

  /** Every endpoint of the API. */
  static List<Endpoint> endpoints(ActorSystem<?> system, Ports ports, EventFeed feed) {
    ControlPlane controlPlane = ports.controlPlane();
    FleetViews views = ports.views();
    return Stream.of(
            new VmRoutes(controlPlane, views).endpoints(),
            new ConsoleRoutes(controlPlane, new ConsoleFollower(system, controlPlane)).endpoints(),
            new MigrationRoutes(controlPlane, views).endpoints(),
            new HostRoutes(controlPlane, views).endpoints(),
            new AreaRoutes(controlPlane, views).endpoints(),
            new ImageRoutes(controlPlane, views, ports.images(), new ImageReceiver(system))
                .endpoints(),
            new OperationRoutes(controlPlane, views).endpoints(),
            new EventRoutes(views, feed).endpoints(),
            new HealthRoutes(ports.node()).endpoints())
        .flatMap(List::stream)
        .toList();
  }

  private static ServerSettings settings(ActorSystem<?> system) {
    ServerSettings defaults = ServerSettings.create(system.settings().config());
    return defaults
        .withTransparentHeadRequests(true)
        .withParsingErrorHandler(MalformedRequestHandler.class.getName())
        .withMaxConnections(CONNECTION_LIMIT)
        .withTimeouts(
            defaults
                .getTimeouts()
                .withIdleTimeout(finite(IDLE_TIMEOUT))
                .withRequestTimeout(finite(REQUEST_TIMEOUT)));
  }

  private static FiniteDuration finite(Duration duration) {
    return FiniteDuration.fromNanos(duration.toNanos());
  }
}
