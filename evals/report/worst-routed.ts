import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";
import type { WorstRouted } from "./report.ts";
import { oracleOf, outcomesOf } from "./report-rows.ts";
import type { Routing } from "./routing.ts";

const mostRecords = 20;
const mostCharacters = 400;

/**
 * Selects the records with the highest regret; ties go to those on which the classifier was most certain,
 * farthest from `threshold`.
 */
export function worstRouted(routing: Routing, threshold: number | undefined, prompts: boolean): WorstRouted {
  const { cases, models, alone, routed, callRates, complexity } = routing;
  const regrets = oracleOf(routing).map((best, index) => best - (routed.quality[index] as number));
  const farness = (index: number): number => Math.abs((complexity[index] as number) - (threshold ?? 0.5));
  const misrouted = Array.from(regrets.keys()).filter((index) => (regrets[index] as number) > 1e-9);
  misrouted.sort(
    (a, b) => (regrets[b] as number) - (regrets[a] as number) || farness(b) - farness(a) || a - b,
  );
  const records = misrouted.slice(0, mostRecords).map((index) => {
    const { record, context } = cases[index] as (typeof cases)[number];
    const rateOf = (id: string): number => callRates[id]?.[index] ?? 0;
    const qualityOf = (id: string): number => outcomesOf(alone, id).quality[index] as number;
    return {
      id: cut(record.id, 80),
      category: record.category && cut(record.category, 80),
      complexity: context.classification?.complexity,
      sentTo: models.filter((id) => rateOf(id) > 0).sort((a, b) => rateOf(b) - rateOf(a)),
      quality: routed.quality[index] as number,
      best: models.reduce((a, b) => (qualityOf(b) > qualityOf(a) ? b : a)),
      regret: regrets[index] as number,
      prompt: prompts ? cut(textOf(record), mostCharacters) : undefined,
    };
  });
  return { misrouted: misrouted.length, records };
}

/**
 * Text by which a person recognises the request: the question without its template, or the last user message.
 */
function textOf({ question, prompt, messages }: OutcomeRecord): string {
  if (question !== undefined) return question;
  if (prompt !== undefined) return prompt;
  const asked = messages?.findLast(({ role }) => role === "user")?.content;
  if (typeof asked === "string") return asked;
  const parts = asked?.flatMap((part) => (part.type === "text" ? [part.text] : [`[${part.type}]`]));
  return parts?.join("\n") ?? "";
}

function cut(text: string, characters: number): string {
  if (text.length <= characters) return text;
  // No half of a surrogate pair at the end.
  return `${text.slice(0, characters - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
