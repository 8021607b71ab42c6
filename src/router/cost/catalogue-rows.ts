/**
 * A row `[above input tokens, input, output, cached input, cache write, the same for an hour, audio, cached audio, audio
 * output]`, rates in USD per million tokens. A bound below 0 is inclusive.
 */
export type RateRow = readonly (number | undefined)[];

/** A model of the catalogue as `catalogue.generated.ts` has it. */
export interface Row {
  readonly model: string;
  /** Name patterns: see `fitsPatterns`. */
  readonly names: readonly string[];
  /** The base rates, and those of each tier. */
  readonly rates: readonly RateRow[];
  readonly contextWindow: number | undefined;
  readonly maxOutputTokens: number | undefined;
  /** A capital letter means yes, a small one no, an absent one unknown, and a digit an effort. */
  readonly capabilities: string;
  /** Number of the list of classes of service, and of that of cheaper hours. */
  readonly services: number | undefined;
  readonly hours: number | undefined;
  /** Fee of a request in USD. */
  readonly fee: number | undefined;
  /** Fee of a search in USD, and whether it is taken once a request. */
  readonly search: readonly [usd: number, isOnce: boolean] | undefined;
  /** Later prices as `[from, rates]`. */
  readonly changes: readonly (readonly [string, readonly RateRow[]])[];
  /** Number of the price's source. */
  readonly source: number;
}

/** Names and the rest of a line, which is read when the model is looked up. */
export interface Line {
  readonly model: string;
  readonly names: readonly string[];
  readonly rest: string;
}

/**
 * Reads the text of the generated table: a line `@provider` and, for each model of it,
 * `name=pattern|pattern;rates/rates of a tier;window;output limit;capabilities;more`. Without patterns a model has its name
 * alone; numbers end with k for thousands and i for 1,024s; more is a letter and a value each.
 */
export function readLines(text: string): ReadonlyMap<string, readonly Line[]> {
  const providers = new Map<string, Line[]>();
  let lines: Line[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("@")) {
      lines = [];
      providers.set(line.slice(1), lines);
    } else {
      const end = line.indexOf(";");
      const [model = "", patterns = model.toLowerCase()] = line.slice(0, end).split("=");
      lines.push({ model, names: patterns.split("|"), rest: line.slice(end + 1) });
    }
  }
  return providers;
}

export function readRow({ model, names, rest }: Line): Row {
  const [rates = "", window = "", output = "", capabilities = "", more = ""] = rest.split(";");
  const parts = more === "" ? [] : more.split(" ");
  const all = (letter: string) => parts.flatMap((one) => (one.startsWith(letter) ? [one.slice(1)] : []));
  return {
    model,
    names,
    rates: ratesIn(rates),
    contextWindow: numberIn(window),
    maxOutputTokens: numberIn(output),
    capabilities,
    services: numberIn(all("s")[0]),
    hours: numberIn(all("h")[0]),
    fee: numberIn(all("f")[0]),
    search: searchIn(all("w")[0]),
    changes: all("c").map((one) => [one.slice(0, 10), ratesIn(one.slice(11))]),
    source: numberIn(all("a")[0]) ?? 0,
  };
}

function searchIn(text: string | undefined): Row["search"] {
  return text === undefined ? undefined : [Number.parseFloat(text), text.endsWith("r")];
}

function ratesIn(text: string): readonly RateRow[] {
  if (text === "") return [];
  return text.split("/").map((row, at) => {
    const cells = row.split(",").map(numberIn);
    return at === 0 ? [0, ...cells] : cells;
  });
}

const units: Readonly<Record<string, number>> = { k: 1_000, i: 1_024 };

function numberIn(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const unit = units[text.at(-1) ?? ""];
  return unit === undefined ? Number(text) : Number(text.slice(0, -1)) * unit;
}
