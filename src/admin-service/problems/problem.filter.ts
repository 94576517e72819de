import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorCode } from '../../operations/error-code.js';
import type { Logger } from '../../operations/logger.js';
import { Problem, PROBLEM_MEDIA_TYPE, problemDocument } from './problem.js';
import { bodyTooLarge, mediaTypeProblem, toProblem } from './to-problem.js';

/** Answers whatever was thrown with a problem (RFC 9457). Of what is nobody's fault but ours, only a code is logged. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const { routeOptions } = http.getRequest<FastifyRequest>();
    sendProblem(reply, this.problemOf(error, routeOptions.url ?? 'none'));
  }

  problemOf(error: unknown, route: string): Problem {
    const problem = toProblem(error);
    if (problem !== undefined) return problem;
    if (error instanceof HttpException && error.getStatus() < 500) return ofStatus(error.getStatus());
    this.#logger.error(
      { code: errorCode(error), route, stack: error instanceof Error ? framesOf(error) : undefined },
      'a request could not be answered',
    );
    return new Problem('internal', 'the log says more');
  }
}

/** Where it happened, without the message, which may quote what was sent. */
function framesOf({ stack = '' }: Error): readonly string[] {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
}

/** Nest turns what Fastify throws into exceptions of its own, of which only the status is certain. */
function ofStatus(status: number): Problem {
  switch (status) {
    case 404:
      return notFound();
    case 413:
      return bodyTooLarge();
    case 415:
      return mediaTypeProblem();
    default:
      return new Problem('malformed-request', 'the request cannot be read');
  }
}

export function notFound(): Problem {
  return new Problem('not-found', 'there is nothing under this path');
}

export function sendProblem(reply: FastifyReply, problem: Problem): void {
  const headers = problem.members.headers ?? {};
  void reply
    .code(problem.status)
    .headers(headers)
    .type(PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify(problemDocument(problem)));
}
