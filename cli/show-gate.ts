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
  const head = `${oneLine(file)} (${report.version}) on ${report.records} fresh records${left}${unclassified}`;
  return [head, "", ...lines, "", verdictOf(checks, passed, strict)].join("\n");
}

function verdictOf(checks: GateReport["checks"], passed: boolean, strict: boolean): string {
  const failed = checks.filter(({ verdict }) => verdict === "failed").length;
  const open = checks.filter(({ verdict }) => verdict === "not-judged").length;
  const notJudged = open === 0 ? "" : `, ${open} could not be judged${strict ? " (strict: a failure)" : ""}`;
  if (!passed) return `FAILED: ${failed} of ${checks.length} checks failed${notJudged}`;
  return open === 0
    ? "passed: the certificate can be relied on"
    : `passed: nothing speaks against the certificate${notJudged}`;
}

/** Replaces line breaks: a name from a file must not start a line, which Actions could take for a command. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ");
}
