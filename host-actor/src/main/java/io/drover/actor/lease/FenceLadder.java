package io.drover.actor.lease;

import io.drover.actor.lease.HostLoss.Input;
import io.drover.actor.lease.HostLoss.Wish;
import io.drover.actor.lease.LossState.Fenced;
import java.time.Duration;
import java.util.List;

/**
 * Decides when the commands that switch a silent host off are run: one way after the other, and all
 * of them again after a while. Each run has leave of its own, and is stored before it is started.
 *
 * @param ways there are; 0 = nothing can switch it off
 * @param wishes to which is added what is to be done
 */
record FenceLadder(int ways, LossLimits limits, List<Wish> wishes) {
  boolean isEmpty() {
    return ways == 0;
  }

  boolean mayRun(Loss loss) {
    return loss.fence().runs() < limits.powerRuns() * ways;
  }

  /** Asks for leave when it is time. */
  Loss climb(Loss loss, Duration now) {
    if (!mayRun(loss) || !loss.fence().isDue(now)) {
      return loss;
    }
    wishes.add(new Wish.AskLeave());
    return loss.with(loss.fence().asking(now.plus(limits.lookInterval())));
  }

  /** There is leave. */
  Loss run(Loss loss) {
    if (!mayRun(loss) || loss.fence().isRunning()) {
      return loss;
    }
    wishes.add(new Wish.StoreFenceBegun());
    wishes.add(new Wish.SwitchOff(loss.fence().runs() % ways));
    return loss.with(loss.fence().started());
  }

  Loss ended(Loss loss, Input.FenceEnded said) {
    boolean another = ways > 0 && loss.fence().runs() % ways > 0;
    Duration due = another ? said.now() : said.now().plus(limits.powerRetry());
    Loss next = loss.with(loss.fence().ended(due));
    if (!said.off()) {
      wishes.add(new Wish.StoreFenceFailed(said.evidence()));
      return next;
    }
    wishes.add(new Wish.StoreFenced(FenceProof.By.FENCE_COMMAND, said.evidence()));
    return next.now(new Fenced(FenceProof.By.FENCE_COMMAND));
  }

  /** It was heard after leave was given: its lease ends, but its power is not cut. */
  Loss withdraw(Loss loss) {
    if (isEmpty()) {
      return loss;
    }
    wishes.add(new Wish.Withdraw());
    return loss.with(loss.fence().withdrawn());
  }
}
