import type { ScoreBin } from "./report.ts";
import type { Routing } from "./routing.ts";

const bins = 20;

/** Counts records by complexity, in bins of equal width. `undefined` without classifications. */
export function scoreBins({
  cases,
  complexity,
  callRates,
  reference,
}: Routing): readonly ScoreBin[] | undefined {
  const counts = Array.from({ length: bins }, () => ({ records: 0, toReference: 0 }));
  let classified = 0;
  cases.forEach(({ context }, index) => {
    if (context.classification === undefined) return;
    classified += 1;
    const bin = counts[Math.min(bins - 1, Math.floor((complexity[index] as number) * bins))];
    if (bin === undefined) return;
    bin.records += 1;
    bin.toReference += callRates[reference]?.[index] ?? 0;
  });
  if (classified === 0) return undefined;
  return counts.map((count, bin) => ({ from: bin / bins, to: (bin + 1) / bins, ...count }));
}
