import type { GateReport } from "./check-certificate.ts";

/**
 * Formats the report as workflow commands of GitHub Actions, one line for each check that did not pass: an
 * error if it fails the gate, else a warning. `file` is where the annotation is shown.
 */
export function showAnnotations({ checks, strict, file }: GateReport): string {
  return checks
    .filter(({ verdict }) => verdict !== "passed")
    .map(({ name, verdict, sentence }) => {
      const level = verdict === "failed" || strict ? "error" : "warning";
      const title = escapeProperty(`switchpoint eval check: ${name}`);
      return `::${level} file=${escapeProperty(file)},title=${title}::${escapeData(sentence)}\n`;
    })
    .join("");
}

/** Escapes characters that would end the command or start another one, as the Actions toolkit does. */
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
