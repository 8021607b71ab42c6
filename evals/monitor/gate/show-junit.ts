import type { GateReport } from "./check-certificate.ts";
import type { CheckResult } from "./gate-check.ts";

/**
 * Formats the report as JUnit XML, one test case per check. A check that was not judged is skipped, or a
 * failure if the gate is strict.
 */
export function showJUnit({ checks, strict, file, at }: GateReport): string {
  const failed = (check: CheckResult): boolean =>
    check.verdict === "failed" || (strict && check.verdict === "not-judged");
  const failures = checks.filter(failed).length;
  const skipped = checks.filter((check) => check.verdict === "not-judged" && !failed(check)).length;
  const counts = `tests="${checks.length}" failures="${failures}" errors="0" skipped="${skipped}"`;
  const cases = checks.map((check) => {
    const inner = failed(check)
      ? `<failure type="${check.verdict}" message="${escapeXml(check.sentence)}">${escapeXml(figuresOf(check))}</failure>`
      : check.verdict === "not-judged"
        ? `<skipped message="${escapeXml(check.sentence)}"/>`
        : `<system-out>${escapeXml(`${check.sentence}\n${figuresOf(check)}`)}</system-out>`;
    return `    <testcase classname="switchpoint.eval.check" name="${escapeXml(check.name)}">${inner}</testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="switchpoint eval check" ${counts}>`,
    `  <testsuite name="${escapeXml(file)}" timestamp="${escapeXml(at)}" ${counts}>`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function figuresOf({ figures }: CheckResult): string {
  return JSON.stringify(figures, undefined, 2);
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  // Otherwise an attribute loses them.
  "\n": "&#10;",
  "\t": "&#9;",
  "\r": "&#13;",
};

/** Escapes text for XML 1.0, which has no character for most control codes, not even escaped. */
function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML forbids, lone surrogates included
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\ud800-\udfff]/gu, "\ufffd")
      .replace(/[&<>"'\n\t\r]/g, (character) => entities[character] as string)
  );
}
