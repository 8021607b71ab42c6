import type { Cell, Family } from "../family.ts";

/** Returns families in the text format of Prometheus, version 0.0.4. Families without a series are left out. */
export function writeText(families: Iterable<Family>): string {
  const lines: string[] = [];
  for (const family of families) {
    const cells = [...family.cells()];
    if (cells.length === 0) continue;
    lines.push(`# HELP ${family.name} ${escapeHelp(family.help)}`, `# TYPE ${family.name} ${family.type}`);
    for (const cell of cells) {
      if (cell.counts === undefined)
        lines.push(`${family.name}${labelsOf(family.labels, cell.labels)} ${cell.value}`);
      else lines.push(...histogramLines(family, cell, cell.counts));
    }
  }
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function histogramLines(
  { name, labels, buckets = [] }: Family,
  cell: Cell,
  counts: readonly number[],
): string[] {
  const names = [...labels, "le"];
  let count = 0;
  const lines = counts.map((one, at) => {
    count += one;
    const bound = at < buckets.length ? String(buckets[at]) : "+Inf";
    return `${name}_bucket${labelsOf(names, [...cell.labels, bound])} ${count}`;
  });
  const own = labelsOf(labels, cell.labels);
  return [...lines, `${name}_sum${own} ${cell.value}`, `${name}_count${own} ${count}`];
}

function labelsOf(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return "";
  return `{${names.map((name, at) => `${name}="${escapeValue(values[at] ?? "")}"`).join(",")}}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeValue(text: string): string {
  // A carriage return ends a line for some readers.
  return escapeHelp(text).replaceAll('"', '\\"').replaceAll("\r", " ");
}
