package io.drover.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drover.http.ApiFixture.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Images on their way through HTTP; what they are is the store's to tell. */
class ImagesTest {
  private final ApiFixture api = new ApiFixture();

  @AfterEach
  void close() {
    api.close();
  }

  @Test
  void shouldTakeAnImageInPieces() throws Exception {
    byte[] image = new byte[3 * 1024 * 1024 + 17];
    image[image.length - 1] = 7;

    Answer stored = post("/v1/images?name=web-1.0", image, "Idempotency-Key", "k");

    assertThat(stored.status()).as(stored.response().body()).isEqualTo(201);
    assertThat(stored.header("Location")).isEqualTo("/v1/images/web-1.0");
    assertThat(stored.text("format")).isEqualTo("WEBASSEMBLY");
    assertThat(api.fleet.images.pieces).hasValue(4);
    assertThat(api.fleet.images.contents.get("web-1.0")).isEqualTo(image);
    var announced = api.fleet.images.announced();
    assertThat(announced.size()).isEqualTo(OptionalLong.of(image.length));
    assertThat(announced.idempotencyKey()).contains("k");
    assertThat(post("/v1/images?name=web-1.0", image).status()).isEqualTo(200);
    assertThat(api.get("/v1/images/web-1.0").header("ETag"))
        .isEqualTo("\"" + InMemoryImages.DIGEST + "\"");
    assertThat(api.get("/v1/images").json().get("items")).hasSize(2);
    assertThat(content("web-1.0")).isEqualTo(image);
    assertThat(api.send("DELETE", "/v1/images/web-1.0", "", "Idempotency-Key", "d").status())
        .isEqualTo(204);
    assertThat(api.get("/v1/images/web-1.0").status()).isEqualTo(404);
  }

  private byte[] content(String name) throws Exception {
    HttpResponse<byte[]> answer =
        api.http.send(
            HttpRequest.newBuilder(api.uri("/v1/images/" + name + "/content")).build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(answer.headers().firstValue("Content-Digest").orElse("")).startsWith("sha-256=:");
    return answer.body();
  }

  @Test
  void shouldHandOnWhatTheClientAnnounced() throws Exception {
    String base64 = "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=";

    post(
        "/v1/images?name=a&sizeBytes=9",
        "abc".getBytes(StandardCharsets.UTF_8),
        "Content-Digest",
        "sha-512=:AA==:, sha-256=:" + base64 + ":");
    assertThat(api.fleet.images.announced().size()).isEqualTo(OptionalLong.of(9));
    assertThat(api.fleet.images.announced().sha256()).contains(InMemoryImages.DIGEST);

    post(
        "/v1/images?name=b", "abc".getBytes(StandardCharsets.UTF_8), "Digest", "SHA-256=" + base64);
    assertThat(api.fleet.images.announced().sha256()).contains(InMemoryImages.DIGEST);
    assertThat(api.fleet.images.announced().idempotencyKey()).isEqualTo(Optional.empty());
  }

  @Test
  void shouldRefuseWhatCannotBeAnImageAndKeepNothing() throws Exception {
    byte[] bytes = "abc".getBytes(StandardCharsets.UTF_8);

    assertThat(post("/v1/images", bytes).field()).isEqualTo("name");
    assertThat(post("/v1/images?name=a&colour=red", bytes).field()).isEqualTo("colour");
    assertThat(post("/v1/images?name=a", bytes, "Content-Digest", "md5=:AA==:").field())
        .isEqualTo("Content-Digest");
    assertThat(post("/v1/images?name=a", bytes, "Digest", "sha-256=AA==").field())
        .isEqualTo("Digest");
    assertThat(post("/v1/images?name=pulse", bytes).problem()).isEqualTo("conflict");
    byte[] wrong = new byte[5 * 1024 * 1024];
    wrong[0] = '!';
    Answer refused = post("/v1/images?name=a", wrong);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.problem()).isEqualTo("unusable-image");
    assertThat(api.fleet.images.abandoned).hasValue(1);
    assertThat(api.fleet.images.pieces).as("the rest is not stored").hasValue(1);
    assertThat(api.fleet.images.stored).isEmpty();
  }

  @Test
  void shouldNotDeleteWhatHostsBring() {
    Answer refused = api.send("DELETE", "/v1/images/pulse", "");

    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.problem()).isEqualTo("conflict");
    assertThat(refused.text("detail")).contains("\"pulse\" comes with the hosts' agents");
    assertThat(refused.text("facts/image")).isEqualTo("pulse");
    assertThat(api.send("DELETE", "/v1/images/none", "").status()).isEqualTo(404);
  }

  @Test
  void shouldAbandonAnUploadThatBreaksOff() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.uri("/").getPort())) {
      socket
          .getOutputStream()
          .write(
              "POST /v1/images?name=a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc"
                  .getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      await().until(api.fleet.images::isAnnounced);
    }

    await().until(() -> api.fleet.images.abandoned.get() == 1);
    assertThat(api.fleet.images.stored).isEmpty();
  }

  private Answer post(String path, byte[] body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(api.uri(path))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .header("Content-Type", "application/octet-stream");
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    HttpResponse<String> response =
        api.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    api.contract.check("POST", path, response);
    return new Answer(response);
  }
}
