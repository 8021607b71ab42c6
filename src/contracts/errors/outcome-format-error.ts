import { RouterError } from "./router-error.ts";

/** Thrown when a line of a data file does not have the format that is expected. */
export class OutcomeFormatError extends RouterError {
  readonly file: string;
  /** Line number, counted from 1. 0 stands for the file as a whole. */
  readonly line: number;
  readonly field: string;

  constructor(file: string, line: number, field: string, problem: string) {
    super("outcome-format", `${file}${line === 0 ? "" : `:${line}`}: ${field} ${problem}`);
    this.file = file;
    this.line = line;
    this.field = field;
  }

  static {
    OutcomeFormatError.prototype.name = "OutcomeFormatError";
  }
}
