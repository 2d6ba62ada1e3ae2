package io.drover.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drover.actor.api.ControlPlane.MigrateRequest;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.config.units.DataRate;
import io.drover.http.ApiFixture.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What each resource answers when all is well. The fixture checks each answer's schema. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResourcesTest {
  private final ApiFixture api = new ApiFixture();

  @AfterAll
  void close() {
    api.close();
  }

  @Test
  void shouldCreateAVmAndTellWhereItIs() {
    Answer created = api.post("/v1/vms", ApiFixture.newVm("web"));

    assertThat(created.status()).isEqualTo(201);
    assertThat(created.header("Location")).isEqualTo("/v1/vms/" + created.text("id"));
    assertThat(created.header("ETag")).isEqualTo("\"1\"");
    Answer shown = api.get(created.header("Location"));
    assertThat(shown.status()).isEqualTo(200);
    assertThat(shown.json()).isEqualTo(created.json());
    assertThat(shown.text("host")).isEqualTo("host-north-01-h1");
    assertThat(shown.json().get("memoryBytes").asLong()).isEqualTo(64 << 20);
    assertThat(shown.text("createdAt")).isEqualTo("2026-11-22T21:00:00.123456Z");
  }

  @Test
  void shouldAnswerARetryWithTheSameKeyAsTheFirstTime() {
    Answer first = api.post("/v1/vms", ApiFixture.newVm("once"), "Idempotency-Key", "k-1");
    Answer again = api.post("/v1/vms", ApiFixture.newVm("once"), "Idempotency-Key", "k-1");

    assertThat(again.status()).isEqualTo(201);
    assertThat(again.text("id")).isEqualTo(first.text("id"));
  }

  @Test
  void shouldAnswerNothingNewToAClientThatHasTheVersion() {
    String vm = "/v1/vms/" + api.createVm("cached");

    assertThat(api.get(vm, "If-None-Match", "\"1\"").status()).isEqualTo(304);
    assertThat(api.get(vm, "If-None-Match", "\"2\"").status()).isEqualTo(200);
  }

  @Test
  void shouldActOnlyOnTheVersionTheClientRead() {
    String vm = "/v1/vms/" + api.createVm("guarded");

    Answer stale = api.post(vm + ":stop", "", "If-Match", "\"7\"");
    assertThat(stale.status()).isEqualTo(412);
    assertThat(stale.problem()).isEqualTo("version-mismatch");
    assertThat(stale.text("facts/version")).isEqualTo("1");
    assertThat(api.post(vm + ":stop", "", "If-Match", "\"1\"").status()).isEqualTo(202);
    assertThat(api.post(vm + ":stop", "", "If-Match", "*").status()).isEqualTo(202);
    assertThat(api.post(vm + ":stop", "", "If-Match", "W/\"1\"").field()).isEqualTo("If-Match");
  }

  @Test
  void shouldHandTheTermsOfEveryChangeOn() {
    String vm = "/v1/vms/" + api.createVm("keyed");
    String host = "/v1/hosts/" + Samples.H1;
    String migration = "/v1/migrations/" + api.post(vm + ":migrate", "{}").text("id");

    for (String path :
        List.of(
            vm + ":start",
            vm + ":stop",
            vm + ":reboot",
            vm + ":migrate",
            migration + ":cancel",
            host + ":cordon",
            host + ":uncordon",
            host + ":drain",
            host + ":drain-abort")) {
      String version = api.get(path.replaceAll(":.*", "")).text("version");
      api.post(path, "{}", "Idempotency-Key", path, "If-Match", "\"" + version + "\"");

      assertThat(api.fleet.lastTerms)
          .isEqualTo(new Terms(Optional.of(path), OptionalLong.of(Long.parseLong(version))));
      assertThat(api.post(path, "{}", "If-Match", "\"999\"").status()).as(path).isEqualTo(412);
    }
    api.send("DELETE", vm, "", "Idempotency-Key", "gone");
    assertThat(api.fleet.lastTerms.idempotencyKey()).contains("gone");
  }

  @Test
  void shouldShowADrainVmByVmAndItsOperation() {
    String host = "/v1/hosts/" + Samples.H2;
    assertThat(api.get(host + "/drain").status()).isEqualTo(404);

    Answer accepted = api.post(host + ":drain", "");

    assertThat(accepted.status()).isEqualTo(202);
    assertThat(accepted.header("Location")).isEqualTo("/v1/operations/" + accepted.text("id"));
    assertThat(api.get(accepted.header("Location")).text("kind")).isEqualTo("drain");
    Answer shown = api.get(host + "/drain");
    assertThat(shown.text("phase")).isEqualTo("DRAINING");
    assertThat(shown.text("vms/1/reason")).isEqualTo("no host of area north can take it");
    assertThat(api.post(host + ":drain-abort", "").text("id")).isEqualTo(accepted.text("id"));
    assertThat(api.get(host + "/drain").text("phase")).isEqualTo("ABORTING");
  }

  @Test
  void shouldDrillAnAreaAndShowWhatItMeasured() {
    String area = "/v1/areas/north";
    assertThat(api.get(area + "/drill").status()).isEqualTo(404);

    Answer accepted = api.post(area + ":drill", "");

    assertThat(accepted.status()).isEqualTo(202);
    assertThat(api.get(accepted.header("Location")).text("kind")).isEqualTo("drill");
    Answer shown = api.get(area + "/drill");
    assertThat(shown.text("phase")).isEqualTo("GOING_OVER");
    assertThat(shown.json().at("/there/acceptingAfterSeconds").asDouble()).isEqualTo(2.5);
    assertThat(shown.json().at("/there").has("allHostsAfterSeconds")).isFalse();
    assertThat(shown.json().has("operationsLost")).isFalse();
    assertThat(api.post(area + ":drill-abort", "").text("id")).isEqualTo(accepted.text("id"));
    assertThat(api.get(area + "/drill").text("phase")).isEqualTo("COMING_BACK");
    assertThat(api.post(area + ":drill", "{\"to\":\"south\"}").status()).isEqualTo(409);
  }

  @Test
  void shouldNameTheOperationOfLongWork() {
    String vm = "/v1/vms/" + api.createVm("worker");

    for (String action : List.of(":start", ":stop", ":reboot")) {
      Answer accepted = api.post(vm + action, "{}");
      assertThat(accepted.status()).as(action).isEqualTo(202);
      assertThat(accepted.header("Location")).isEqualTo("/v1/operations/" + accepted.text("id"));
      assertThat(api.get(accepted.header("Location")).text("status")).isEqualTo("RUNNING");
    }
    assertThat(api.send("DELETE", vm, "").status()).isEqualTo(202);
    assertThat(api.get(vm).status()).isEqualTo(404);
    assertThat(api.get("/v1/operations?limit=500").json().get("items")).hasSizeGreaterThan(3);
  }

  @Test
  void shouldStartAMigrationAndShowItAsAnOperationToo() {
    String vm = api.createVm("mover");

    Answer accepted =
        api.post(
            "/v1/vms/" + vm + ":migrate",
            "{\"target\":\"host-north-02-h2\",\"downtimeLimitMs\":250}",
            "Idempotency-Key",
            "m-1");

    assertThat(accepted.status()).isEqualTo(202);
    assertThat(accepted.text("figures/downtimes/guestUs")).isEqualTo("7123");
    assertThat(accepted.text("figures/digestsEqual")).isEqualTo("true");
    assertThat(accepted.json().at("/figures/downtimes/serviceUs").isMissingNode()).isTrue();
    assertThat(api.fleet.lastMigrate)
        .isEqualTo(
            new MigrateRequest(
                Optional.of(Samples.H2),
                Optional.empty(),
                Optional.of(Duration.ofMillis(250)),
                DataRate.UNLIMITED));
    String migration = accepted.text("id");
    assertThat(accepted.header("Location")).isEqualTo("/v1/operations/" + migration);
    assertThat(api.get("/v1/operations/" + migration).text("kind")).isEqualTo("migrate");
    assertThat(api.get("/v1/migrations/" + migration).text("phase")).isEqualTo("PRE_COPY");
    assertThat(api.get("/v1/migrations?active=true&vm=" + vm).json().get("items")).hasSize(1);
    Answer cancelled = api.post("/v1/migrations/" + migration + ":cancel", "");
    assertThat(cancelled.status()).isEqualTo(202);
    assertThat(cancelled.text("phase")).isEqualTo("ROLLING_BACK");
  }

  @Test
  void shouldMigrateToWhereverTheSchedulerSaysWithoutABody() {
    String vm = api.createVm("anywhere");

    assertThat(api.post("/v1/vms/" + vm + ":migrate", "").status()).isEqualTo(202);
  }

  @Test
  void shouldPageThroughAList() {
    for (int i = 0; i < 5; i++) {
      api.createVm("page-" + i);
    }

    Answer first = api.get("/v1/vms?limit=2&area=north&phase=starting");
    Answer second = api.get("/v1/vms?limit=2&cursor=" + first.text("next"));
    Answer all = api.get("/v1/vms?limit=500");

    assertThat(first.json().get("items")).hasSize(2);
    assertThat(second.json().at("/items/0")).isEqualTo(all.json().at("/items/2"));
    assertThat(all.json().has("next")).isFalse();
  }

  @Test
  void shouldShowHostsAndCordonThem() {
    String host = "/v1/hosts/host-north-02-h2";

    assertThat(api.get("/v1/hosts?area=north").json().get("items")).hasSize(2);
    assertThat(api.get("/v1/hosts?area=south").json().get("items")).isEmpty();
    assertThat(api.post(host + ":cordon", "").json().get("cordoned").asBoolean()).isTrue();
    assertThat(api.get(host).json().get("cordoned").asBoolean()).isTrue();
    assertThat(api.post(host + ":uncordon", "{}").json().get("cordoned").asBoolean()).isFalse();
  }

  @Test
  void shouldTakeAnOperatorsWordThatAHostIsOff() {
    String host = "/v1/hosts/" + Samples.H1;

    assertThat(api.post(host + ":fence", "{\"reason\":\"I looked\"}").status()).isEqualTo(400);
    assertThat(api.post(host + ":fence", "{\"confirmedOff\":true}").status()).isEqualTo(400);
    ApiFixture.Answer fenced =
        api.post(host + ":fence", "{\"confirmedOff\":true,\"reason\":\"I looked\"}");

    assertThat(fenced.text("state")).isEqualTo("FENCED");
    assertThat(fenced.text("liveness/fenced/by")).isEqualTo("OPERATOR");
    assertThat(fenced.text("liveness/fenced/evidence")).isEqualTo("I looked");
    assertThat(fenced.text("liveness/lease/witnesses/0/endpoint")).isEqualTo("127.0.0.1:7300");
  }

  @Test
  void shouldDisarmAnAreaForAWhileAndArmIt() {
    ApiFixture.Answer disarmed =
        api.post(
            "/v1/areas/north:disarm",
            "{\"minutes\":30,\"reason\":\"new switches\",\"mode\":\"IGNORE\"}");

    assertThat(disarmed.json().get("armed").asBoolean()).isFalse();
    assertThat(disarmed.text("mode")).isEqualTo("IGNORE");
    assertThat(api.post("/v1/areas/north:arm", "").text("alarm")).contains("vanished");
    assertThat(api.post("/v1/areas/north:arm", "{\"force\":true}").json().has("alarm")).isFalse();
    assertThat(api.post("/v1/areas/nowhere:arm", "").status()).isEqualTo(404);
    assertThat(
            api.post("/v1/areas/north:disarm", "{\"minutes\":1441,\"reason\":\"long\"}").status())
        .isEqualTo(400);
  }

  @Test
  void shouldTakeWhatBecomesOfAVmWhenItsHostIsLost() {
    String vm =
        ApiFixture.newVm("kept").replaceFirst("\\{", "{\"onHostLoss\":\"KEEP\",\"priority\":900,");

    ApiFixture.Answer made = api.post("/v1/vms", vm);

    assertThat(made.text("onHostLoss")).isEqualTo("KEEP");
    assertThat(made.json().get("priority").asInt()).isEqualTo(900);
    assertThat(api.post("/v1/vms", vm.replace("900", "1001")).status()).isEqualTo(400);
    assertThat(api.post("/v1/vms", ApiFixture.newVm("plain")).text("onHostLoss"))
        .isEqualTo("RESTART");
  }

  @Test
  void shouldTakeWhetherAVmMayBurst() {
    String vm = ApiFixture.newVm("away").replaceFirst("\\{", "{\"burst\":\"ALLOW\",");

    ApiFixture.Answer made = api.post("/v1/vms", vm);

    assertThat(made.text("burst")).isEqualTo("ALLOW");
    assertThat(made.text("away/home")).isEqualTo("north");
    assertThat(made.text("away/area")).isEqualTo("south");
    assertThat(api.post("/v1/vms", vm.replace("ALLOW", "MAYBE")).status()).isEqualTo(400);
    ApiFixture.Answer plain = api.post("/v1/vms", ApiFixture.newVm("plain"));
    assertThat(plain.text("burst")).isEqualTo("NEVER");
    assertThat(plain.json().has("away")).isFalse();
  }

  @Test
  void shouldShowAreasAndImages() {
    assertThat(api.get("/v1/areas").text("items/0/id")).isEqualTo("north");
    assertThat(api.get("/v1/areas/north").json().at("/cells/1").has("node")).isFalse();
    assertThat(api.get("/v1/images").text("items/0/name")).isEqualTo("pulse");
  }

  @Test
  void shouldTellAboutItself() {
    assertThat(api.get("/health/live").status()).isEqualTo(200);
    assertThat(api.get("/health/ready").status()).isEqualTo(200);
    assertThat(api.get("/metrics").response().body()).contains("drover_vms 3");
    assertThat(api.get("/nothing").status()).isEqualTo(404);
    await().untilAsserted(() -> assertThat(api.node.answers).contains("GET /metrics 200", "  404"));
    assertThat(api.get("/v1/request-classes").text("operations/stop/PRE_COPY"))
        .isEqualTo("CANCEL_MIGRATION");
    api.node.ready = false;
    Answer notReady = api.get("/health/ready");
    assertThat(notReady.status()).isEqualTo(503);
    assertThat(notReady.text("checks/1/detail")).isEqualTo("waiting for the cluster");
    api.node.ready = true;
  }

  @Test
  void shouldAnswerHeadLikeGetWithoutABody() {
    ApiFixture.Answer answer = api.send("HEAD", "/v1/images", "");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.response().body()).isEmpty();
  }
}
