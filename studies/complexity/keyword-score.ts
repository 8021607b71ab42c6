const hard =
  /\b(prove|proof|derive|theorem|algorithm|implement|design|architecture|optimi[sz]e|analy[sz]e|debug|refactor|complexity|integral|equation|step by step|explain why|compare|evaluate)\b/gi;
const easy = /\b(hi|hello|hey|thanks|thank you|good morning|what is|who is|define|translate)\b/gi;

/** Scores as hand-written routers do: hard words minus easy ones, plus a little for length. */
export function keywordScore(prompt: string): number {
  const text = prompt.slice(0, 4_000);
  return (text.match(hard)?.length ?? 0) - (text.match(easy)?.length ?? 0) + prompt.length / 2_000;
}
