import type { ChatTool } from "../../../contracts/index.ts";
import type { Fields } from "../fields.ts";

/** A tool of Anthropic's that the client runs: the provider knows its description and input by its type. */
interface ClientTool {
  /** Beginning of the types. A date follows. */
  readonly type: string;
  readonly description: string;
  readonly properties: (type: string) => Readonly<Record<string, object>>;
  readonly required: readonly string[];
}

const text = (description: string) => ({ type: "string", description });
const whole = (description: string) => ({ type: "integer", description });
const point = (description: string) => ({
  type: "array",
  items: { type: "integer" },
  minItems: 2,
  maxItems: 2,
  description,
});
const path = text("Path of the file or folder.");
const lines = {
  type: "array",
  items: { type: "integer" },
  description: "First and last line to show, from 1; -1 as the last means the end.",
};

const oldActions =
  "key type mouse_move left_click left_click_drag right_click middle_click double_click screenshot cursor_position";
const newActions = "hold_key left_mouse_down left_mouse_up triple_click scroll wait";

/**
 * Their inputs: the pages of Anthropic's documents on each tool (agents-and-tools/tool-use: bash-tool, text-editor-tool,
 * memory-tool, computer-use-tool), and the types `BetaMemoryTool20250818…Command` of `@anthropic-ai/sdk` 1.13; read
 * 2026-12-01. The words are ours.
 */
const clientTools: readonly ClientTool[] = [
  {
    type: "bash_",
    description: "Runs a command in a bash session that stays open between calls.",
    properties: () => ({
      command: text("Command to run. Needed unless the session is restarted."),
      restart: { type: "boolean", description: "True to begin a new session." },
    }),
    required: [],
  },
  {
    type: "text_editor_",
    description: "Shows, creates and changes files.",
    properties: (type) => ({
      command: {
        type: "string",
        // The versions until January 2025 can undo.
        enum: [
          ..."view create str_replace insert".split(" "),
          ...(type < "text_editor_20250429" ? ["undo_edit"] : []),
        ],
      },
      path,
      file_text: text("Content of a file to create."),
      old_str: text("Text to replace: it must occur once."),
      new_str: text("Text in its place, or to insert."),
      insert_line: whole("Line after which to insert; 0 is the beginning."),
      insert_text: text("Text to insert."),
      view_range: lines,
    }),
    required: ["command", "path"],
  },
  {
    type: "memory_",
    description: "Keeps notes in files below /memories between conversations. Look there before you begin.",
    properties: () => ({
      command: { type: "string", enum: "view create str_replace insert delete rename".split(" ") },
      path,
      file_text: text("Content of a file to create."),
      old_str: text("Text to replace: it must occur once."),
      new_str: text("Text in its place."),
      insert_line: whole("Line after which to insert; 0 is the beginning."),
      insert_text: text("Text to insert."),
      old_path: text("Path of what is renamed."),
      new_path: text("Its new path."),
      view_range: lines,
    }),
    required: ["command"],
  },
  {
    type: "computer_2",
    description: "Uses a computer by its screen, mouse and keyboard.",
    properties: (type) => ({
      action: {
        type: "string",
        enum: [
          ...oldActions.split(" "),
          ...(type < "computer_20250124" ? [] : newActions.split(" ")),
          ...(type < "computer_20251124" ? [] : ["zoom"]),
        ],
      },
      coordinate: point("x and y in pixels from the upper left corner."),
      start_coordinate: point("Where a drag begins."),
      text: text("Text to type, or keys as xdotool names them, such as ctrl+s."),
      scroll_direction: { type: "string", enum: ["up", "down", "left", "right"] },
      scroll_amount: whole("Clicks of the wheel."),
      duration: { type: "number", description: "Seconds to wait or to hold keys." },
      ...(type < "computer_20251124"
        ? {}
        : {
            region: {
              type: "array",
              items: { type: "integer" },
              description: "Corners to zoom into: x0, y0, x1, y1.",
            },
          }),
    }),
    required: ["action"],
  },
];

/** Types as Anthropic gives them: a name and a date. */
const dated = /^[a-z_]{1,40}_20\d{6}$/;

/** Returns a tool that the client runs as one that any model can call; undefined for any other tool. */
export function clientTool(type: unknown, tool: Fields): ChatTool | undefined {
  if (typeof type !== "string" || !dated.test(type)) return undefined;
  const known = clientTools.find((one) => type.startsWith(one.type));
  const { name, display_width_px: width, display_height_px: height } = tool;
  if (known === undefined || typeof name !== "string") return undefined;
  const size =
    typeof width === "number" && typeof height === "number"
      ? ` The screen is ${width} pixels wide and ${height} high.`
      : "";
  return {
    type: "function",
    function: {
      name,
      description: `${known.description}${size}`,
      parameters: { type: "object", properties: known.properties(type), required: [...known.required] },
    },
  };
}
