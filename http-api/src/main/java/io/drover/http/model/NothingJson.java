package io.drover.http.model;

/** The body of a request that takes none: absent, or an empty object. */
public record NothingJson() {
  public static final NothingJson NOTHING = new NothingJson();
}
