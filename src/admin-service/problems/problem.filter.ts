import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorCode } from '../../operations/error-code.js';
import type { Logger } from '../../operations/logger.js';
import { Problem, PROBLEM_MEDIA_TYPE, problemDocument } from './problem.js';
import { toProblem } from './to-problem.js';

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
    if (error instanceof HttpException && error.getStatus() === 404) return notFound();
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
