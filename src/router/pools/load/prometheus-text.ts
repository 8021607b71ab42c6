/** A line of metrics. */
export interface MetricSample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

export interface MetricSamples {
  readonly samples: readonly MetricSample[];
  /** Lines of a wanted name that cannot be read. */
  readonly badLines: number;
}

/** Bounds: samples that are kept, labels of a sample, characters of a line. */
const mostSamples = 5_000;
const mostLabels = 64;
const longestLine = 16_384;

/**
 * Reads the samples of the wanted names from Prometheus' text format, in one pass. Help, types, time stamps and
 * exemplars are left out; a line that cannot be read is counted and skipped.
 */
export function readPrometheus(text: string, wanted: (name: string) => boolean): MetricSamples {
  const samples: MetricSample[] = [];
  let badLines = 0;
  for (let from = 0; from < text.length && samples.length < mostSamples; ) {
    const end = text.indexOf("\n", from);
    const to = end === -1 ? text.length : end;
    const start = skipSpaces(text, from, to);
    from = to + 1;
    if (start >= to || text[start] === "#") continue;
    const nameEnd = endOfName(text, start, to);
    const name = text.slice(start, nameEnd);
    if (name === "" || !wanted(name)) continue;
    const sample = to - start > longestLine ? undefined : readSample(text.slice(nameEnd, to), name);
    if (sample === undefined) badLines += 1;
    else samples.push(sample);
  }
  return { samples, badLines };
}

const isSpace = (character: string | undefined): boolean =>
  character === " " || character === "\t" || character === "\r";

function skipSpaces(text: string, from: number, to = text.length): number {
  let at = from;
  while (at < to && isSpace(text[at])) at += 1;
  return at;
}

function endOfName(text: string, from: number, to = text.length): number {
  let at = from;
  while (at < to && /[\w:]/.test(text[at] as string)) at += 1;
  return at;
}

/** Reads what follows a name: labels, if there are any, and the value. */
function readSample(rest: string, name: string): MetricSample | undefined {
  const labels = new Map<string, string>();
  let at = skipSpaces(rest, 0);
  if (rest[at] === "{") {
    const end = readLabels(rest, at + 1, labels);
    if (end === undefined) return undefined;
    at = end;
  } else if (at === 0) return undefined;
  const [word = ""] = rest.slice(skipSpaces(rest, at)).split(/[ \t\r]/, 1);
  const value = numberOf(word);
  return value === undefined ? undefined : { name, labels, value };
}

/** Reads labels up to the brace that closes them; returns the place after it. */
function readLabels(rest: string, from: number, labels: Map<string, string>): number | undefined {
  let at = skipSpaces(rest, from);
  while (rest[at] !== "}") {
    const nameEnd = endOfName(rest, at);
    const name = rest.slice(at, nameEnd);
    at = skipSpaces(rest, nameEnd);
    if (name === "" || rest[at] !== "=" || labels.size >= mostLabels) return undefined;
    at = skipSpaces(rest, at + 1);
    if (rest[at] !== '"') return undefined;
    const parts: string[] = [];
    let open = at + 1;
    for (at = open; rest[at] !== '"'; at += 1) {
      if (at >= rest.length) return undefined;
      if (rest[at] !== "\\") continue;
      const escaped = rest[at + 1];
      parts.push(rest.slice(open, at), escaped === "n" ? "\n" : (escaped ?? ""));
      at += 1;
      open = at + 1;
    }
    labels.set(name, parts.join("") + rest.slice(open, at));
    at = skipSpaces(rest, at + 1);
    if (rest[at] === ",") at = skipSpaces(rest, at + 1);
    else if (rest[at] !== "}") return undefined;
  }
  return at + 1;
}

const special: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["+Inf", Number.POSITIVE_INFINITY],
  ["Inf", Number.POSITIVE_INFINITY],
  ["-Inf", Number.NEGATIVE_INFINITY],
]);

function numberOf(word: string): number | undefined {
  if (special.has(word)) return special.get(word);
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(word) ? Number(word) : undefined;
}
