/** A line of metrics. */
export interface MetricSample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

export interface MetricSamples {
  readonly samples: readonly MetricSample[];
  /** Types that the text states of wanted names: `gauge`, `counter`. */
  readonly types: ReadonlyMap<string, string>;
  /** Lines of a wanted name that cannot be read. */
  readonly badLines: number;
  /** The bound that was passed, in our words: the samples are then a part of the text's. */
  readonly cut?: string | undefined;
}

/**
 * Bounds: lines of a text, samples that are kept, labels of a sample, characters of a line. A server is asked each second, and reading
 * what it says holds up all requests. vLLM has some hundred lines for each engine, and up to five labels.
 */
const mostLines = 100_000;
const mostSamples = 2_000;
const mostLabels = 16;
const longestLine = 16_384;

/**
 * Reads the samples of the wanted names from Prometheus' text format, in one pass. Help, time stamps and exemplars are left out; a
 * line that cannot be read is counted and skipped.
 */
export function readPrometheus(text: string, wanted: (name: string) => boolean): MetricSamples {
  const samples: MetricSample[] = [];
  const types = new Map<string, string>();
  let badLines = 0;
  let lines = 0;
  for (let from = 0; from < text.length; ) {
    lines += 1;
    if (lines > mostLines) return { samples, types, badLines, cut: `more than ${mostLines} lines` };
    const end = text.indexOf("\n", from);
    const to = end === -1 ? text.length : end;
    const start = skipSpaces(text, from, to);
    from = to + 1;
    if (start >= to) continue;
    if (text.charCodeAt(start) === hash) {
      if (text.startsWith("# TYPE ", start))
        noteType(text.slice(start, Math.min(to, start + longestLine)), types, wanted);
      continue;
    }
    const nameEnd = endOfName(text, start, to);
    const name = text.slice(start, nameEnd);
    if (name === "" || !wanted(name)) continue;
    if (samples.length + badLines >= mostSamples)
      return { samples, types, badLines, cut: `more than ${mostSamples} samples of the load` };
    const sample = to - start > longestLine ? undefined : readSample(text.slice(nameEnd, to), name);
    if (sample === undefined) badLines += 1;
    else samples.push(sample);
  }
  return { samples, types, badLines };
}

/** Takes `# TYPE name type`. */
function noteType(line: string, types: Map<string, string>, wanted: (name: string) => boolean): void {
  const [, , name = "", type = ""] = line.split(/[ \t\r]+/, 4);
  if (wanted(name)) types.set(name, type);
}

const hash = 0x23;

/** A space, a tab or a carriage return. */
const isSpace = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0d;

/** A letter, a digit, `_` or `:`. */
const isOfName = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x30 && code <= 0x3a) ||
  code === 0x5f;

function skipSpaces(text: string, from: number, to = text.length): number {
  let at = from;
  while (at < to && isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

function endOfName(text: string, from: number, to = text.length): number {
  let at = from;
  while (at < to && isOfName(text.charCodeAt(at))) at += 1;
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
