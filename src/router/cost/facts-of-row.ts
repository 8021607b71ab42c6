import type {
  Capabilities,
  CheaperHours,
  Price,
  PriceTerms,
  Rates,
  ServiceTierPrice,
  UnstackedPart,
} from "../../contracts/index.ts";
import { reasoningEfforts } from "../../plugin/read-name.ts";
import {
  hourLists,
  pricesDate,
  reviewed,
  serviceLists,
  source,
  tableDate,
  tableSource,
} from "./catalogue.generated.ts";
import type { RateRow, Row } from "./catalogue-rows.ts";
import { known } from "./known.ts";

/** A factor or `[input, output, cached input]`, and letters of the parts that keep the standard price. */
type TierRow = readonly [number | readonly [number, number, number], string?];
/** Days as digits, start, end and factor. */
type HourRow = readonly [string, string, string, number];

let parsedServices: readonly Readonly<Record<string, TierRow>>[] | undefined;
let parsedHours: readonly (readonly HourRow[])[] | undefined;

/** Sources of prices, and when they were published or read. */
const sources = [
  [source, pricesDate],
  ["the providers' pages", reviewed],
  [tableSource, tableDate],
] as const;

/** Returns the price that a row of the catalogue states. */
export function priceOf(row: Row): Price | undefined {
  const terms = termsOf(row.rates, row);
  if (terms === undefined) return undefined;
  const changes = row.changes.flatMap(([from, later]) => {
    const of = termsOf(later, row);
    return of === undefined ? [] : [{ from, ...of }];
  });
  const [from, checkedOn] = sources[row.source] ?? sources[0];
  return { ...terms, ...(changes.length === 0 ? {} : { changes }), source: from, checkedOn };
}

function termsOf(
  [base, ...above]: readonly RateRow[],
  { fee, hours, search, services }: Row,
): PriceTerms | undefined {
  if (base === undefined) return undefined;
  const tiers = above.map((row) => {
    const [bound = 0] = row;
    return {
      aboveInputTokens: Math.abs(bound),
      ...(bound < 0 ? { inclusive: true } : {}),
      ...ratesOf(row),
    };
  });
  return {
    ...ratesOf(base),
    ...known({ usdPerRequest: fee }),
    ...(search === undefined ? {} : { searchFee: { usd: search[0], ...(search[1] && { per: "request" }) } }),
    ...(hours === undefined ? {} : { cheaperHours: hoursOf(hours) }),
    ...(tiers.length > 0 ? { tiers } : {}),
    ...(services === undefined ? {} : { serviceTiers: serviceTiersOf(services) }),
  };
}

function hoursOf(list: number): readonly CheaperHours[] {
  parsedHours ??= JSON.parse(hourLists) as HourRow[][];
  return (parsedHours[list] ?? []).map(([days, from, to, factor]) => ({
    days: Array.from(days, Number),
    from,
    to,
    factor,
  }));
}

const partLetters: readonly (readonly [string, UnstackedPart])[] = [
  ["l", "longContext"],
  ["c", "cachedInput"],
];

function serviceTiersOf(list: number): Readonly<Record<string, ServiceTierPrice>> {
  parsedServices ??= JSON.parse(serviceLists) as Record<string, TierRow>[];
  return Object.fromEntries(
    Object.entries(parsedServices[list] ?? {}).map(
      ([name, [price, letters = ""]]): [string, ServiceTierPrice] => {
        const apart = partLetters.flatMap(([letter, part]) => (letters.includes(letter) ? [part] : []));
        const of = typeof price === "number" ? { factor: price } : { rates: ratesOf([0, ...price]) };
        // An account whose standing class is another one says so in the model's defaults.
        return [name, { ...of, ...(apart.length > 0 ? { doesNotStackWith: apart } : {}), reserve: "asked" }];
      },
    ),
  );
}

function ratesOf([
  ,
  input = 0,
  output = 0,
  cached,
  write,
  write1h,
  audio,
  cachedAudio,
  audioOut,
]: RateRow): Rates {
  return {
    usdPerMillionInputTokens: input,
    usdPerMillionOutputTokens: output,
    ...known({
      usdPerMillionCachedInputTokens: cached,
      usdPerMillionCacheWriteTokens: write,
      usdPerMillionCacheWrite1hTokens: write1h,
      usdPerMillionAudioInputTokens: audio,
      usdPerMillionCachedAudioInputTokens: cachedAudio,
      usdPerMillionAudioOutputTokens: audioOut,
    }),
  };
}

/** Reads capabilities: a capital letter means yes, a small one no, an absent one unknown, and a digit an effort. */
export function capabilitiesOf(letters: string): Capabilities {
  const read = (letter: string): boolean | undefined => {
    if (letters.includes(letter)) return true;
    return letters.includes(letter.toLowerCase()) ? false : undefined;
  };
  const efforts = reasoningEfforts.filter((_, at) => letters.includes(String(at)));
  return known({
    tools: read("T"),
    images: read("I"),
    jsonSchema: read("J"),
    reasoning: read("R"),
    audioInput: read("A"),
    audioOutput: read("S"),
    efforts: efforts.length > 0 ? efforts : undefined,
  });
}
