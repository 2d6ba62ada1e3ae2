package io.drover.actor.migration;

final class MigrationState {}
