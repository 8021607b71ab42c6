import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ScriptedCall, Step } from "./agent-wires.ts";
import type { Scripts } from "./scripted-provider.ts";

/** A task that a scripted model brings to its end by at least eight calls of an agent's own tools. */
export interface AgentTask {
  /** Arguments that start it without a terminal. */
  args(prompt: string): string[];
  scripts(work: string): Scripts;
}

export const prompt = "[[fix]] Fix the sign in add.mjs, run its test, and note what you did.";
export const answer = "The sign is right, and the test passes.";

/** Files of the task, and what they hold at its end. */
export const before = {
  "add.mjs": "export const add = (a, b) => a - b;\n",
  "add.test.mjs": 'import { add } from "./add.mjs";\nconsole.log(add(2, 3) === 5 ? "passes" : "fails");\n',
};
export const after = {
  "add.mjs": "export const add = (a, b) => a + b;\n",
  "NOTES.md": 'The sign was wrong: ü, "quoted".\n',
};

/** Texts that tools return: a provider must get them as they were. */
export const outputs = ["a - b", "fails", "passes", 'ü, \\"quoted\\"'] as const;

export function writeTask(work: string): void {
  mkdirSync(work, { recursive: true });
  for (const [name, text] of Object.entries(before)) writeFileSync(join(work, name), text);
}

const call = (tool: string, input: ScriptedCall["input"]): ScriptedCall => ({ tool, input });

function claudeSteps(work: string): Step[] {
  const file = (name: string) => ({ file_path: join(work, name) });
  const shell = (command: string) => call("Bash", { command, description: "Run it" });
  const [from, to] = ["a - b", "a + b"];
  return [
    shell("ls"),
    call("Read", file("add.mjs")),
    call("Read", file("add.test.mjs")),
    shell("node add.test.mjs"),
    call("Edit", { ...file("add.mjs"), old_string: from, new_string: to, replace_all: false }),
    shell("node add.test.mjs"),
    call("Agent", {
      description: "Look it over",
      prompt: "[[look]] Look at add.mjs.",
      subagent_type: "Explore",
    }),
    call("Write", { ...file("NOTES.md"), content: after["NOTES.md"] }),
    call("Read", file("NOTES.md")),
    answer,
  ];
}

const patch = `*** Begin Patch
*** Update File: add.mjs
@@
-export const add = (a, b) => a - b;
+export const add = (a, b) => a + b;
*** End Patch`;
const note = `*** Begin Patch
*** Add File: NOTES.md
+The sign was wrong: ü, "quoted".
*** End Patch`;

function codexSteps(): Step[] {
  const shell = (cmd: string) => call("exec_command", { cmd });
  return [
    shell("ls"),
    shell("cat add.mjs"),
    shell("cat add.test.mjs"),
    shell("node add.test.mjs"),
    [call("apply_patch", patch), shell(`printf '%s' '${after["add.mjs"]}' > add.mjs`)],
    shell("node add.test.mjs"),
    [call("apply_patch", note), shell(`printf '%s' '${after["NOTES.md"]}' > NOTES.md`)],
    shell("cat NOTES.md"),
    answer,
  ];
}

/** Steps of agents whose tools are alike. */
function plainSteps(work: string, tools: PlainTools): Step[] {
  const file = (name: string) => join(work, name);
  const [from, to] = ["a - b", "a + b"];
  return [
    tools.shell("ls"),
    tools.read(file("add.mjs")),
    tools.read(file("add.test.mjs")),
    tools.shell("node add.test.mjs"),
    tools.edit(file("add.mjs"), from, to),
    tools.shell("node add.test.mjs"),
    tools.write(file("NOTES.md"), after["NOTES.md"]),
    tools.read(file("NOTES.md")),
    answer,
  ];
}

interface PlainTools {
  shell(command: string): ScriptedCall;
  read(file: string): ScriptedCall;
  edit(file: string, from: string, to: string): ScriptedCall;
  write(file: string, text: string): ScriptedCall;
}

const opencodeTools: PlainTools = {
  shell: (command) => call("bash", { command, description: "Run it" }),
  read: (filePath) => call("read", { filePath }),
  edit: (filePath, oldString, newString) => call("edit", { filePath, oldString, newString }),
  write: (filePath, content) => call("write", { filePath, content }),
};

const geminiTools: PlainTools = {
  shell: (command) => call("run_shell_command", { command }),
  read: (file_path) => call("read_file", { file_path }),
  edit: (file_path, old_string, new_string) =>
    call("replace", { file_path, old_string, new_string, instruction: "Correct the sign." }),
  write: (file_path, content) => call("write_file", { file_path, content }),
};

const qwenTools: PlainTools = {
  ...geminiTools,
  shell: (command) => call("run_shell_command", { command, is_background: false }),
  edit: (file_path, old_string, new_string) => call("edit", { file_path, old_string, new_string }),
};

export const tasks: Readonly<Record<string, AgentTask>> = {
  claude: {
    args: (text) => ["-p", text, "--allowedTools", "Bash,Read,Edit,Write,Agent"],
    scripts: (work) => ({
      fix: claudeSteps(work),
      look: [call("Read", { file_path: join(work, "add.mjs") }), "It adds."],
    }),
  },
  codex: {
    args: (text) => ["exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", text],
    scripts: () => ({ fix: codexSteps() }),
  },
  opencode: { args: (text) => ["run", text], scripts: (work) => ({ fix: plainSteps(work, opencodeTools) }) },
  qwen: {
    args: (text) => ["--approval-mode", "yolo", "-p", text],
    scripts: (work) => ({ fix: plainSteps(work, qwenTools) }),
  },
  gemini: {
    args: (text) => ["--skip-trust", "--approval-mode", "yolo", "-p", text],
    scripts: (work) => ({ fix: plainSteps(work, geminiTools) }),
  },
};
