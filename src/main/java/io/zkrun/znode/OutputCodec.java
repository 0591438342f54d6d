package io.zkrun.znode;

import io.zkrun.core.Bytes;
import io.zkrun.core.Output;
import io.zkrun.core.OutputMeasure;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An output stream's part of a result. */
public final class OutputCodec {
  private OutputCodec() {}

  static Map<String, Object> toJson(Output output) {
    Map<String, Object> json = new LinkedHashMap<>();
    Optional<String> text = output.kept().asUtf8();
    if (text.isPresent() && !OutputMeasure.isBinary(output.kept())) {
      json.put("text", text.get());
    } else {
      json.put("text", Json.base64(output.kept()));
      json.put("encoding", "base64");
    }
    json.put("bytes", output.bytes());
    json.put("truncated", output.truncated());
    Json.put(json, "file", output.truncated() ? output.file() : null);
    return json;
  }

  static Output fromJson(@Nullable Object json) {
    if (!(json instanceof Map<?, ?> map) || !(map.get("text") instanceof String text)) {
      return Output.EMPTY;
    }
    Bytes decoded = "base64".equals(map.get("encoding")) ? Json.fromBase64(text) : Bytes.utf8(text);
    Bytes kept = decoded == null ? Bytes.EMPTY : decoded;
    long bytes = map.get("bytes") instanceof Number number ? number.longValue() : kept.length();
    boolean truncated = Boolean.TRUE.equals(map.get("truncated"));
    return new Output(kept, bytes, truncated, map.get("file") instanceof String f ? f : null);
  }
}
