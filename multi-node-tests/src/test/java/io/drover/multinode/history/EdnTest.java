package io.drover.multinode.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.multinode.history.Operation.Kind;
import io.drover.multinode.history.Operation.Outcome;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class EdnTest {
  @Test
  void shouldWriteInvocationsAndCompletionsInTheOrderOfTime() {
    List<Operation> history =
        List.of(
            new Operation(
                0,
                Kind.STOP,
                "a",
                100,
                OptionalLong.empty(),
                new Outcome.Indeterminate("say \"hi\"")),
            new Operation(
                1,
                Kind.READ,
                "a",
                110,
                OptionalLong.of(120),
                new Outcome.Seen(new Operation.Sight("vm-a", "RUNNING", "RUNNING", "h1", 3, 9))),
            new Operation(
                1, Kind.START, "a", 130, OptionalLong.of(140), new Outcome.Refused("conflict")));

    assertThat(Edn.lines(history))
        .containsExactly(
            "{:index 0, :type :invoke, :process 0, :time 0, :f :stop, :value [\"a\" nil]}",
            "{:index 1, :type :invoke, :process 1, :time 10, :f :read, :value [\"a\" nil]}",
            "{:index 2, :type :ok, :process 1, :time 20, :f :read, :value [\"a\""
                + " {:desired :running, :host \"h1\", :epoch 3, :version 9}]}",
            "{:index 3, :type :invoke, :process 1, :time 30, :f :start, :value [\"a\" nil]}",
            "{:index 4, :type :fail, :process 1, :time 40, :f :start, :value [\"a\" nil],"
                + " :error \"conflict\"}",
            "{:index 5, :type :info, :process 0, :time 40, :f :stop, :value [\"a\" nil],"
                + " :error \"say \\\"hi\\\"\"}");
  }
}
