package io.drover.actor.area;

import io.drover.actor.api.Refusal;
import io.drover.config.units.AreaId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a backup hierarchy must be like: of areas that exist, each once, and such that no area is in
 * the end its own backup, which would fail with it. Pure.
 */
final class Hierarchy {
  /** Areas in a row, each the backup of the one before. */
  static final int DEPTH_LIMIT = 5;

  private Hierarchy() {}

  /**
   * What is wrong with it.
   *
   * @param backupsOf of every other area; empty for one that is not known
   */
  static Optional<Refusal> objection(
      AreaId area, List<AreaId> backups, Function<AreaId, Optional<List<AreaId>>> backupsOf) {
    if (backups.size() > AreaPolicy.BACKUP_LIMIT) {
      return refusal(
          "area %s has %d backups, the limit is %d"
              .formatted(area, backups.size(), AreaPolicy.BACKUP_LIMIT),
          Map.of("limit", Integer.toString(AreaPolicy.BACKUP_LIMIT)));
    }
    Set<AreaId> seen = new HashSet<>();
    for (AreaId backup : backups) {
      if (!seen.add(backup)) {
        return refusal(
            "area %s is twice in the hierarchy of %s".formatted(backup, area),
            Map.of("area", backup.name()));
      }
      if (!backup.equals(area) && backupsOf.apply(backup).isEmpty()) {
        return refusal(
            "area %s, a backup of %s, is not known".formatted(backup, area),
            Map.of("area", backup.name()));
      }
    }
    return cycle(area, backups, backupsOf)
        .<Optional<Refusal>>map(path ->
            refusal("the hierarchy would be a cycle: " + text(path), Map.of("cycle", text(path))))
        .orElseGet(() -> tooDeep(area, backups, backupsOf));
  }

  private static Optional<Refusal> tooDeep(
      AreaId area, List<AreaId> backups, Function<AreaId, Optional<List<AreaId>>> backupsOf) {
    List<AreaId> longest = longest(area, backups, backupsOf, DEPTH_LIMIT);
    return longest.size() <= DEPTH_LIMIT
        ? Optional.empty()
        : refusal(
            "the hierarchy is %d areas deep, the limit is %d: %s"
                .formatted(longest.size(), DEPTH_LIMIT, text(longest)),
            Map.of(
                "limit",
                Integer.toString(DEPTH_LIMIT),
                "value",
                Integer.toString(longest.size()),
                "path",
                text(longest)));
  }

  /** The way from the area through backups back to it. */
  private static Optional<List<AreaId>> cycle(
      AreaId area, List<AreaId> backups, Function<AreaId, Optional<List<AreaId>>> backupsOf) {
    return walk(List.of(area), backups, backupsOf, new HashSet<>());
  }

  private static Optional<List<AreaId>> walk(
      List<AreaId> path,
      List<AreaId> next,
      Function<AreaId, Optional<List<AreaId>>> backupsOf,
      Set<AreaId> visited) {
    for (AreaId backup : next) {
      List<AreaId> longer = plus(path, backup);
      if (backup.equals(path.getFirst())) {
        return Optional.of(longer);
      }
      if (visited.add(backup)) {
        Optional<List<AreaId>> found =
            walk(longer, backupsOf.apply(backup).orElse(List.of()), backupsOf, visited);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  /** One more than the limit is enough to know; two areas changed at once may be a cycle. */
  private static List<AreaId> longest(
      AreaId area,
      List<AreaId> backups,
      Function<AreaId, Optional<List<AreaId>>> backupsOf,
      int limit) {
    List<AreaId> longest = List.of();
    for (AreaId backup : limit == 0 ? List.<AreaId>of() : backups) {
      List<AreaId> below =
          longest(backup, backupsOf.apply(backup).orElse(List.of()), backupsOf, limit - 1);
      if (below.size() > longest.size()) {
        longest = below;
      }
    }
    List<AreaId> all = new ArrayList<>();
    all.add(area);
    all.addAll(longest);
    return all;
  }

  private static List<AreaId> plus(List<AreaId> path, AreaId area) {
    List<AreaId> longer = new ArrayList<>(path);
    longer.add(area);
    return longer;
  }

  private static String text(List<AreaId> path) {
    return path.stream().map(AreaId::name).collect(Collectors.joining(" → "));
  }

  private static Optional<Refusal> refusal(String detail, Map<String, String> facts) {
    return Optional.of(new Refusal(Refusal.Kind.INVALID_HIERARCHY, detail, facts, List.of()));
  }
}
