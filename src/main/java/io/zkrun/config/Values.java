package io.zkrun.config;

import io.zkrun.core.Label;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The values that hold, each checked by itself; mistakes are collected, not thrown. */
final class Values {
  private final Sources sources;
  private final List<Mistake> mistakes;
  private final Map<String, Value> values = new HashMap<>();
  private final NavigableMap<String, Value> labels = new TreeMap<>();

  /** A checked value. */
  private record Value(Object value, Effective effective, String text) {}

  Values(Sources sources, List<Mistake> mistakes) {
    this.sources = sources;
    this.mistakes = mistakes;
  }

  void take(List<Entry> entries) {
    for (Setting<?> setting : Catalog.ALL) {
      if (!setting.isLabel()) {
        String text = setting.standard().text().apply(sources);
        put(setting, new Entry(setting.key(), Entry.Shape.SCALAR, text, Origin.DEFAULT));
      }
    }
    entries.forEach(this::take);
  }

  private void take(Entry entry) {
    @Nullable Setting<?> setting = Catalog.find(entry.key()).orElse(null);
    if (entry.shape() == Entry.Shape.OUTSIDE) {
      outside(entry, setting);
    } else if (setting == null) {
      unknown(entry);
    } else if (entry.shape() != Entry.Shape.SCALAR) {
      mistake(entry, entry.shape().words + " stands here; write " + setting.kind().expected());
    } else {
      put(setting, entry);
    }
  }

  private <T> void put(Setting<T> setting, Entry entry) {
    try {
      T value = setting.kind().parse().apply(entry.text().strip());
      Object shown = setting.kind().shown().of(value, entry.text().strip());
      Effective effective = new Effective(entry.key(), shown, entry.origin());
      Value checked = new Value(value, effective, entry.text().strip());
      if (setting.isLabel()) {
        label(entry, checked);
      } else {
        values.put(setting.key(), checked);
      }
    } catch (IllegalArgumentException e) {
      mistake(entry, String.valueOf(e.getMessage()));
    }
  }

  private void label(Entry entry, Value value) {
    String name = entry.key().substring(Catalog.LABELS_PREFIX.length());
    if (!Label.isValid(name)) {
      mistake(entry, "'" + name + "' is no name for a label; write " + Label.WORDS);
    } else {
      labels.put(name, value);
    }
  }

  private void outside(Entry entry, @Nullable Setting<?> setting) {
    if (setting == null) {
      unknown(entry);
    } else {
      mistake(entry, "stands outside of zkrun { … }; write it as zkrun." + entry.key());
    }
  }

  private void unknown(Entry entry) {
    if (Catalog.isBlock(entry.key())) {
      mistake(entry, "is a block of settings; write " + entry.key() + " { … }");
      return;
    }
    mistake(
        entry,
        Nearest.to(entry.key())
            .map(near -> "there is no such setting; did you mean " + near + "?")
            .orElse("there is no such setting; see 'zkrun config show' for all of them"));
  }

  void mistake(Entry entry, String problem) {
    mistakes.add(new Mistake(entry.origin(), entry.key(), entry.text(), problem));
  }

  /** The value that holds; that of a mistaken one is its default or what it would override. */
  @SuppressWarnings("unchecked") // put() is the only writer, with the setting's own type
  <T> T get(Setting<T> setting) {
    return (T) value(setting).value();
  }

  String text(Setting<?> setting) {
    return value(setting).text();
  }

  Origin origin(Setting<?> setting) {
    return value(setting).effective().origin();
  }

  private Value value(Setting<?> setting) {
    Value value = values.get(setting.key());
    if (value == null) {
      throw new IllegalStateException("the default of " + setting.key() + " is mistaken");
    }
    return value;
  }

  Map<String, String> labels() {
    Map<String, String> byName = new TreeMap<>();
    labels.forEach((name, value) -> byName.put(name, value.text()));
    return byName;
  }

  List<Effective> effective() {
    List<Effective> all = new ArrayList<>();
    for (Setting<?> setting : Catalog.ALL) {
      if (setting.isLabel()) {
        labels.values().forEach(label -> all.add(label.effective()));
      } else {
        all.add(value(setting).effective());
      }
    }
    return all;
  }
}
