package io.drover.agent.supervision;

import io.drover.agent.guest.HypervisorException;
import io.drover.protocol.v1.Done;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.OrderFailure;
import io.drover.protocol.v1.OrderFailure.Code;
import io.drover.protocol.v1.OrderResult;

/** Answers to orders, without the order's id. */
final class OrderResults {
  static final OrderResult DONE = OrderResult.newBuilder().setDone(Done.newBuilder()).build();

  private OrderResults() {}

  static OrderResult failed(Code code, String detail) {
    return OrderResult.newBuilder()
        .setFailure(OrderFailure.newBuilder().setCode(code).setDetail(detail))
        .build();
  }

  static OrderResult failed(HypervisorException e) {
    Code code =
        switch (e.kind()) {
          case INSUFFICIENT_RESOURCES -> Code.INSUFFICIENT_RESOURCES;
          case IMAGE_UNUSABLE -> Code.IMAGE_UNUSABLE;
          case INVALID_STATE -> Code.INVALID_STATE;
          case LEASE_NOT_HELD -> Code.LEASE_NOT_HELD;
          case FAILED -> Code.HYPERVISOR_FAILED;
        };
    return failed(code, String.valueOf(e.getMessage()));
  }

  static OrderResult status(GuestStatus status) {
    return OrderResult.newBuilder().setGuest(status).build();
  }
}
