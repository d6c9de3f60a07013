/** What went wrong on the way to the server, in one shape that every error view understands. */

/** `status` is the HTTP status, or 0 when no answer came. `code` is the server's short word for it. */
export class Failure extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;

  constructor(status: number, code: string, message: string, requestId: string | null = null) {
    super(message);
    this.name = "Failure";
    this.status = status;
    this.code = code;
    this.requestId = requestId;
  }
}

export const isAbsent = (error: unknown): boolean => error instanceof Failure && error.status === 404;
export const isSignedOut = (error: unknown): boolean => error instanceof Failure && error.status === 401;
