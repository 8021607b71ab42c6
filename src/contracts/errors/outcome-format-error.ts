import { RouterError } from "./router-error.ts";

/** A line of a data file is not what it must be. */
export class OutcomeFormatError extends RouterError {
  readonly file: string;
  /** Counted from 1; 0 where the file as a whole is meant. */
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
