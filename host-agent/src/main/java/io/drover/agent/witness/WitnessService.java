package io.drover.agent.witness;

import io.drover.agent.lease.WitnessBook;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.protocol.v1.RevokeReply;
import io.drover.protocol.v1.RevokeRequest;
import io.drover.protocol.v1.VouchReply;
import io.drover.protocol.v1.VouchRequest;
import io.drover.protocol.v1.WitnessGrpc;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A witness, as agents and control nodes serve it. Vouches are answered at once on gRPC's threads;
 * revocations wait for the disk on threads of their own.
 */
public final class WitnessService extends WitnessGrpc.WitnessImplBase implements AutoCloseable {
  /** Revocations that wait for the disk; whoever asked asks again. */
  static final int QUEUE_LIMIT = 1024;

  private static final int THREADS = 4;
  private static final int THREAD_IDLE_S = 10;
  private static final Logger LOG = LoggerFactory.getLogger(WitnessService.class);

  private final WitnessBook book;
  private final ThreadPoolExecutor blocking =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          THREAD_IDLE_S,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(QUEUE_LIMIT),
          Thread.ofPlatform().daemon().name("drover-witness-", 0).factory());

  /**
   * Answers from this book.
   *
   * @param book whose times are those of {@link System#nanoTime}
   */
  public WitnessService(WitnessBook book) {
    this.book = book;
    blocking.allowCoreThreadTimeOut(true);
  }

  @Override
  public void vouch(VouchRequest request, StreamObserver<VouchReply> observer) {
    HostId host;
    Epoch epoch;
    try {
      host = HostId.parse(request.getHostId());
      epoch = epoch(request.getLeaseEpoch());
    } catch (IllegalArgumentException e) {
      refuse(observer, e);
      return;
    }
    boolean vouched = book.vouch(host, epoch, System.nanoTime());
    observer.onNext(VouchReply.newBuilder().setVouched(vouched).build());
    observer.onCompleted();
  }

  @Override
  public void revoke(RevokeRequest request, StreamObserver<RevokeReply> observer) {
    HostId host;
    Epoch epoch;
    try {
      host = HostId.parse(request.getHostId());
      epoch = epoch(request.getLeaseEpoch());
    } catch (IllegalArgumentException e) {
      refuse(observer, e);
      return;
    }
    if (request.getOnlyLook()) {
      answer(observer, book.look(host, epoch, System.nanoTime()));
      return;
    }
    try {
      blocking.execute(() -> revoke(host, epoch, observer));
    } catch (RejectedExecutionException e) {
      observer.onError(
          Status.RESOURCE_EXHAUSTED
              .withDescription(QUEUE_LIMIT + " revocations are waiting")
              .asRuntimeException());
    }
  }

  private void revoke(HostId host, Epoch epoch, StreamObserver<RevokeReply> observer) {
    WitnessBook.Answer answer;
    try {
      answer = book.revoke(host, epoch, System.nanoTime());
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("host", host)
          .addKeyValue("leaseEpoch", epoch)
          .setCause(e)
          .log("a revocation cannot be written, and is not in force");
      observer.onError(
          Status.UNAVAILABLE
              .withDescription("the revocation cannot be written: " + e.getMessage())
              .asRuntimeException());
      return;
    }
    LOG.atInfo()
        .addKeyValue("host", host)
        .addKeyValue("leaseEpoch", epoch)
        .addKeyValue("lastVouchAge", answer.lastVouchAge())
        .log("lease revoked: this witness does not vouch for it again");
    answer(observer, answer);
  }

  private static void answer(StreamObserver<RevokeReply> observer, WitnessBook.Answer answer) {
    observer.onNext(
        RevokeReply.newBuilder()
            .setRevoked(answer.revoked())
            .setLastVouchAgeMs(answer.lastVouchAge().toMillis())
            .build());
    observer.onCompleted();
  }

  private static Epoch epoch(long value) {
    if (value == 0) {
      throw new IllegalArgumentException("a lease has an epoch above 0");
    }
    return new Epoch(value);
  }

  private static void refuse(StreamObserver<?> observer, IllegalArgumentException e) {
    observer.onError(
        Status.INVALID_ARGUMENT
            .withDescription(String.valueOf(e.getMessage()))
            .asRuntimeException());
  }

  /** What still waits is not answered. */
  @Override
  public void close() {
    blocking.shutdownNow();
  }
}
