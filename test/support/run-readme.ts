import { pathToFileURL } from "node:url";
import { formatWithOptions } from "node:util";
import ts from "typescript";
import { sourceOf } from "./package-sources.ts";
import type { Block } from "./readme-blocks.ts";

/** Output of a line of a block, and the output that its comment states. */
export interface Printed {
  readonly line: string;
  readonly expected: string;
  readonly printed: string;
}

/**
 * Executes a block in this process, with imports of the package taken from the sources. Returns each
 * `console.log(…); // value` with its output; several calls on one line are joined by a space, and white
 * space counts as one space. A call without a comment is not compared. What the block exports is put into `exported`.
 */
export async function runReadme(
  { place, code }: Block,
  exported: Record<string, unknown> = {},
): Promise<readonly Printed[]> {
  const calls = logCalls(code);
  const output = new Map<number, string[]>();
  const log = (call: number, ...values: unknown[]) => {
    const text = formatWithOptions({ breakLength: Number.POSITIVE_INFINITY, depth: 8 }, ...values);
    output.set(call, [...(output.get(call) ?? []), text]);
  };

  const { outputText } = ts.transpileModule(numberLogCalls(code, calls), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.CommonJS,
      esModuleInterop: true,
      verbatimModuleSyntax: false,
    },
  });
  const modules = await loadImports(code);
  const require = (specifier: string) => modules.get(specifier);
  try {
    await new AsyncFunction("require", "exports", "__log", outputText)(require, exported, log);
  } catch (cause) {
    throw new Error(`${place}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }

  return calls.flatMap(({ line, expected }, index) =>
    expected === undefined ? [] : [{ line, expected, printed: oneLine((output.get(index) ?? []).join(" ")) }],
  );
}

const AsyncFunction = (async () => {}).constructor as new (
  ...parts: string[]
) => (...values: unknown[]) => Promise<void>;

interface LogCall {
  /** Start of `console.log`; its end is the parenthesis. */
  readonly start: number;
  readonly end: number;
  readonly line: string;
  /** Comment after the statement. */
  readonly expected: string | undefined;
}

function logCalls(code: string): readonly LogCall[] {
  const source = ts.createSourceFile("block.ts", code, ts.ScriptTarget.ES2023, true);
  const calls: LogCall[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText(source) === "console.log") {
      const rest = code.slice(node.getEnd()).split("\n", 1)[0] ?? "";
      const comment = /^[);}\s]*\/\/\s*(.+)$/.exec(rest)?.[1];
      calls.push({
        start: node.expression.getStart(source),
        end: node.expression.getEnd(),
        line: node.getText(source),
        expected: comment === undefined ? undefined : oneLine(comment),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return calls;
}

/** Replaces `console.log(x)` with `__log.bind(null, 3)(x)`, so that output is assigned to its call. */
function numberLogCalls(code: string, calls: readonly LogCall[]): string {
  let numbered = "";
  let from = 0;
  for (const [index, { start, end }] of calls.entries()) {
    numbered += `${code.slice(from, start)}__log.bind(null, ${index})`;
    from = end;
  }
  return numbered + code.slice(from);
}

async function loadImports(code: string): Promise<ReadonlyMap<string, unknown>> {
  const modules = new Map<string, unknown>();
  for (const { fileName: specifier } of ts.preProcessFile(code).importedFiles) {
    const source = sourceOf(specifier);
    const namespace = await import(source === undefined ? specifier : pathToFileURL(source).href);
    // Compiled code needs this to recognise a default import.
    modules.set(specifier, { ...namespace, __esModule: true });
  }
  return modules;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
