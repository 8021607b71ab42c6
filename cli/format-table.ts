import { showHidden } from "../src/plugin/show-hidden.ts";

/** Rows of cells as aligned columns: the first to the left, the others to the right. The first row is the head. */
export function formatTable(cells: readonly (readonly string[])[]): string {
  // Names come from files: one that holds a line break must not start a row.
  const rows = cells.map((row) => row.map((cell) => showHidden(cell.replace(/[\n\t]+/g, " "))));
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  const lines = rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd(),
  );
  const rule = "-".repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}
