package io.drover.http.model;

import io.drover.actor.api.ArmingView;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether an area's lost hosts are fenced.
 *
 * @param alarm why nothing is fenced although it is armed; absent when it is
 */
public record ArmingJson(
    boolean armed,
    Optional<Instant> until,
    Optional<String> mode,
    Optional<String> reason,
    Optional<String> alarm) {
  public static ArmingJson from(ArmingView view) {
    return new ArmingJson(
        view.armed(),
        view.until(),
        view.mode().map(ArmingView.Mode::name),
        Optional.of(view.reason()).filter(text -> !text.isEmpty()),
        Optional.of(view.alarm()).filter(text -> !text.isEmpty()));
  }
}
