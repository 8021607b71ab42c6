import type { GateReport } from "../evals/monitor/gate/check-certificate.ts";

const marks = { passed: "ok  ", failed: "FAIL", "not-judged": "?   " } as const;

/** Formats the report: one line per check, then the result. */
export function gateToText({ checks, passed, strict, file, ...report }: GateReport): string {
  const width = checks.reduce((widest, { name }) => Math.max(widest, name.length), 0);
  const lines = checks.map(
    ({ name, verdict, sentence }) => `${marks[verdict]}  ${name.padEnd(width)}  ${oneLine(sentence)}`,
  );
  const left =
    report.skipped === 0
      ? ""
      : `, ${report.skipped} left out: a model has no outcome there, or the router no choice`;
  const unclassified = report.unclassified === 0 ? "" : `, ${report.unclassified} not classified`;
  const paired = report.paired === 0 ? "" : `, and ${report.paired} that were tuned on, compared with then`;
  const known =
    report.known === 0 ? "" : `, ${report.known} tuned on and left out: the file holds no outcomes of them`;
  const head = `${oneLine(file)} (${report.version}) on ${report.records} fresh records${paired}${left}${known}${unclassified}`;
  return [head, "", ...lines, "", verdictOf(checks, passed, strict)].join("\n");
}

function verdictOf(checks: GateReport["checks"], passed: boolean, strict: boolean): string {
  const failed = checks.filter(({ verdict }) => verdict === "failed").length;
  const open = checks.filter(({ verdict }) => verdict === "not-judged").length;
  const notJudged = open === 0 ? "" : `, ${open} could not be judged${strict ? " (strict: a failure)" : ""}`;
  if (!passed) return `FAILED: ${failed} of ${checks.length} checks failed${notJudged}`;
  const tested = checks.filter(({ verdict }) => verdict === "passed").length;
  return `passed: ${tested} of ${checks.length} checks${notJudged}. ${limitsOf(checks)}`;
}

/** Says what these records could have shown: a pass proves no more. */
function limitsOf(checks: GateReport["checks"]): string {
  const found = ["small-model", "large-model", "loss"].flatMap((name) => {
    const { figures, verdict } = checks.find((one) => one.name === name) ?? {};
    const sizes = Object.values(figures ?? {}).flatMap(smallestOf);
    if (verdict !== "passed" || sizes.length === 0) return [];
    const what = name === "loss" ? "a loss" : `a ${name.replace("-", " ")}`;
    return [`${what} ${(100 * Math.min(...sizes)).toFixed(1)} points worse`];
  });
  return found.length === 0
    ? "Too few records to find a worse model: that nothing has changed is not shown"
    : `In 9 of 10 runs this many records find ${found.join(", ")}; a smaller change would pass unseen`;
}

function smallestOf(change: unknown): readonly number[] {
  const { smallest } = (change ?? {}) as { readonly smallest?: unknown };
  return typeof smallest === "number" ? [smallest] : [];
}

/** Replaces line breaks: a name from a file must not start a line, which Actions could take for a command. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ");
}
