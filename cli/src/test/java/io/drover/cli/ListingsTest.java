package io.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What is listed and shown. */
class ListingsTest extends CommandRun {
  @Test
  void shouldListTheVmsOfAllPagesWithoutDeletedOnes() {
    assertPrints("vm-list", "vm", "list");
  }

  @Test
  void shouldShowAVmByItsName() {
    assertPrints("vm-show", "vm", "show", "web");
  }

  @Test
  void shouldShowAVmByTheEndOfItsId() {
    assertPrints("vm-show", "vm", "show", "00001");
  }

  @Test
  void shouldListHosts() {
    assertPrints("host-list", "host", "list");
  }

  @Test
  void shouldShowAHostByAreaAndName() {
    assertPrints("host-show", "host", "show", "north/h1");
  }

  @Test
  void shouldShowWhyAHostIsFenced() {
    server.on("GET /v1/hosts/host-north-06-h2", 200, "host-fenced");
    assertPrints("host-show-fenced", "host", "show", "h2");
  }

  @Test
  void shouldListImages() {
    assertPrints("image-list", "image", "list");
  }

  @Test
  void shouldShowAnImage() {
    server.on("GET /v1/images/mine", 200, "image");
    assertPrints("image-show", "image", "show", "mine");
  }

  @Test
  void shouldListAreas() {
    assertPrints("area-list", "area", "list");
  }

  @Test
  void shouldShowAnArea() {
    assertPrints("area-show", "area", "show", "north");
  }

  @Test
  void shouldListOperations() {
    assertPrints("operation-list", "operation", "list");
  }

  @Test
  void shouldShowAnOperation() {
    assertPrints("operation-show", "operation", "show", OPERATION);
  }

  @Test
  void shouldListMigrations() {
    assertPrints("migration-list", "migration", "list");
  }

  @Test
  void shouldShowAMigrationWithAllItsFigures() {
    server.on("GET /v1/migrations/" + MIGRATION, 200, "migration-completed");
    assertPrints("migration-show", "migration", "show", "00090");
  }

  @Test
  void shouldListStoredEvents() {
    assertPrints("events", "events");
  }

  @Test
  void shouldPrintAllColumnsWhenAskedFor() {
    for (String kind : List.of("vm", "host", "migration", "operation")) {
      assertPrints(kind + "-list-wide", kind, "list", "-o", "wide");
      forgetOutput();
    }
    assertPrints("events-wide", "events", "-o", "wide");
  }

  @Test
  void shouldFitATerminalWithWholeIds() {
    for (String kind : List.of("vm", "host", "migration", "operation", "image", "area")) {
      assertThat(drover(kind, "list")).isZero();
    }
    assertThat(drover("events")).isZero();
    assertThat(out().lines()).allMatch(line -> line.length() <= 80);
    assertThat(out()).contains(WEB, MIGRATION, OPERATION, "host-north-06-h2");
  }

  @Test
  void shouldPrintJsonForPrograms() {
    assertPrints("vm-list-json", "vm", "list", "--all", "--output", "json");
  }
}
