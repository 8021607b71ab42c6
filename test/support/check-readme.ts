import ts from "typescript";
import { entrySources, root } from "./package-sources.ts";
import type { Block } from "./readme-blocks.ts";

/**
 * Returns the type errors of blocks, as `policies/README.md:42: message`, under the project's compiler
 * options.
 */
export function checkReadme(blocks: readonly Block[]): readonly string[] {
  const files = new Map(blocks.map((block, index) => [`${root}readme-block-${index}.ts`, block]));
  const options = projectOptions();
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.readFile = (file) => files.get(file)?.code ?? readFile(file);
  host.getSourceFile = (file, ...rest) => {
    const block = files.get(file);
    return block === undefined
      ? getSourceFile(file, ...rest)
      : ts.createSourceFile(file, block.code, ts.ScriptTarget.ES2023, true);
  };

  const program = ts.createProgram([...files.keys()], options, host);
  return [...files].flatMap(([file, block]) => {
    const source = program.getSourceFile(file);
    const problems = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return problems.map(
      ({ messageText, start = 0 }) =>
        `${lineOf(block, start)}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    );
  });
}

function projectOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, root);
  const paths = Object.fromEntries(Object.entries(entrySources).map(([entry, source]) => [entry, [source]]));
  return {
    ...options,
    noEmit: true,
    declaration: false,
    isolatedDeclarations: false,
    skipLibCheck: true,
    moduleDetection: ts.ModuleDetectionKind.Force,
    paths,
  };
}

/** Returns `file:line` of a position in a block. */
function lineOf({ place, code }: Block, position: number): string {
  const [file, first] = place.split(":");
  return `${file}:${Number(first) + code.slice(0, position).split("\n").length - 1}`;
}
