import type { CheaperHours, PriceTerms } from "../../contracts/index.ts";
import { timesFactor } from "./times-factor.ts";

const minuteMs = 60_000;
const dayMinutes = 1_440;
const weekMinutes = 7 * dayMinutes;
/** Days from a Sunday to the first day of the epoch. */
const epochDay = 4;
/** Minutes by which this clock and the provider's may differ: so near to a change of hours the higher price counts. */
const clockError = 1;

/** Cheaper prices by their full one, and there by their factor: a price is not made again at each call. */
const madeOf = new WeakMap<PriceTerms, Map<number, PriceTerms>>();

/** Returns the price with the rates of a time, in milliseconds since the epoch. */
export function atHour(terms: PriceTerms, at: number): PriceTerms {
  const minute = Math.floor(at / minuteMs) + epochDay * dayMinutes;
  const factor = Math.max(factorAt(terms, minute - clockError), factorAt(terms, minute + clockError));
  if (factor >= 1) return terms;
  let made = madeOf.get(terms);
  if (made === undefined) {
    made = new Map();
    madeOf.set(terms, made);
  }
  let cheaper = made.get(factor);
  if (cheaper === undefined) {
    const { cheaperHours: _, ...full } = terms;
    cheaper = timesFactor(full, factor);
    made.set(factor, cheaper);
  }
  return cheaper;
}

/** Returns the factor that holds at a minute, counted from a Sunday's midnight; 1 if none does or there is no such time. */
function factorAt({ cheaperHours = [] }: PriceTerms, minute: number): number {
  const ofWeek = ((minute % weekMinutes) + weekMinutes) % weekMinutes;
  return cheaperHours.find((hours) => holdsAt(hours, ofWeek))?.factor ?? 1;
}

function holdsAt({ days, from, to }: CheaperHours, ofWeek: number): boolean {
  const start = minutesOf(from);
  const end = minutesOf(to);
  const length = end > start ? end - start : end + dayMinutes - start;
  // Hours may have begun today or yesterday.
  const today = Math.floor(ofWeek / dayMinutes);
  return [today, today - 1].some((begun) => {
    const since = ofWeek - begun * dayMinutes - start;
    return since >= 0 && since < length && (days === undefined || days.includes((begun + 7) % 7));
  });
}

function minutesOf(hour: string): number {
  return Number(hour.slice(0, 2)) * 60 + Number(hour.slice(3));
}
