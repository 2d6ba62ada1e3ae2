package io.drover.cli;

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
  void shouldPrintJsonForPrograms() {
    assertPrints("vm-list-json", "vm", "list", "--all", "--output", "json");
  }
}
