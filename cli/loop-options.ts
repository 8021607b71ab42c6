import type { Command } from "commander";
import { classifierOption } from "./eval-options/classifier.ts";

/** Adds the options that say which records of a loop are meant. */
export function addLoopOptions(command: Command): Command {
  return command
    .option("--config <file>", "a config file as loop init writes it: its audit's file, promise and drift")
    .option("--file <file>", "file of the audit: .jsonl or .jsonl.gz (default: that of the config)")
    .option("--small <name>", "small model, as the records name it (default: the one that most have)")
    .option("--large <name>", "large model (default: the reference of the audit)")
    .addOption(classifierOption())
    .option(
      "--max-loss <number>",
      "quality that may be lost on average, above 0 and below 1 (default: that of the config's promise, else 0.02)",
    )
    .option("--confidence <number>", "confidence of the certificate, above 0 and below 1", "0.95");
}
