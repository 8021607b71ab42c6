import { easy } from "./easy.ts";
import { hard } from "./hard.ts";
import { laterTurns } from "./later-turns.ts";
import { long } from "./long.ts";
import { medium } from "./medium.ts";
import { moreEasy, moreHard } from "./more.ts";
import { englishEasy, englishHard, englishMedium } from "./more-english.ts";

/** A prompt of our own whose difficulty is not in dispute. */
export interface OwnPrompt {
  readonly prompt: string;
  /** Turns before the prompt, oldest first; the prompt is the last user turn. */
  readonly turns?: readonly { readonly role: "user" | "assistant"; readonly content: string }[];
  readonly difficulty: "hard" | "medium" | "easy";
  readonly kind: "short" | "long" | "later-turn";
  readonly topic: string;
  readonly language: string;
  /** Prompts of one group share a text and stay on one side of every split. */
  readonly group: string;
  /** True for the third that is kept for testing: never trained on, never used for a choice. */
  readonly test: boolean;
}

/** The prompts in a fixed order. */
export function ownPrompts(): readonly OwnPrompt[] {
  return [
    ...shortPrompts(hard, "hard"),
    ...shortPrompts(easy, "easy"),
    ...shortPrompts(medium, "medium"),
    ...longPrompts(),
    ...laterTurnPrompts(),
    ...shortPrompts(moreHard, "hard").map(trainedOn),
    ...shortPrompts(moreEasy, "easy").map(trainedOn),
    ...shortPrompts(englishHard, "hard").map(trainedOn),
    ...shortPrompts(englishMedium, "medium").map(trainedOn),
    ...shortPrompts(englishEasy, "easy").map(trainedOn),
  ];
}

function shortPrompts(source: string, difficulty: OwnPrompt["difficulty"]): readonly OwnPrompt[] {
  const prompts: OwnPrompt[] = [];
  let [topic, language, place] = ["", "en", 0];
  for (const line of source.split("\n")) {
    if (line.startsWith("## ")) [topic = "", language = "en"] = line.slice(3).split(" ");
    else if (line !== "") {
      place += 1;
      const test = place % 3 === 0;
      prompts.push({ prompt: line, difficulty, kind: "short", topic, language, group: line, test });
    }
  }
  return prompts;
}

function trainedOn(own: OwnPrompt): OwnPrompt {
  return { ...own, test: false };
}

/** Places of an instruction and a text. */
export const placements: readonly ((instruction: string, text: string) => string)[] = [
  (instruction, text) => `${instruction}\n\n${text}`,
  (instruction, text) => `${instruction.replace(/[.:?。：]$/u, "")}: ${text.replaceAll("\n", " ")}`,
  (instruction, text) => `${text}\n\n${instruction}`,
  (instruction, text) => `${instruction}\n"""\n${text}\n"""`,
  (instruction, text) => `${instruction} ${text}`,
];

function longPrompts(): readonly OwnPrompt[] {
  const texts = long.trim().split(/^## /m).filter(Boolean);
  return texts.flatMap((block, index) => {
    const [language = "", ...lines] = block.trim().split("\n");
    const instructions = lines.filter((line) => /^[>!] /.test(line));
    const text = lines.filter((line) => !/^[>!] /.test(line)).join("\n");
    return instructions.map((line, at): OwnPrompt => {
      const asked = line.slice(2);
      const place = asked.endsWith(":") ? 0 : (index + at) % placements.length;
      return {
        prompt: (placements[place] as (typeof placements)[number])(asked, text),
        difficulty: line.startsWith("!") ? "hard" : "easy",
        kind: "long",
        topic: "text",
        language,
        group: text,
        test: index % 3 === 0,
      };
    });
  });
}

function laterTurnPrompts(): readonly OwnPrompt[] {
  return laterTurns
    .trim()
    .split("\n")
    .map((line, index): OwnPrompt => {
      const turns = line
        .slice(2)
        .split(" | ")
        .map((turn) => ({
          role: turn.startsWith("A") ? ("assistant" as const) : ("user" as const),
          content: turn.slice(3),
        }));
      return {
        prompt: turns.at(-1)?.content ?? "",
        turns,
        difficulty: line.startsWith("!") ? "hard" : "easy",
        kind: "later-turn",
        topic: "conversation",
        language: "en",
        group: line,
        test: index % 3 === 2,
      };
    });
}
