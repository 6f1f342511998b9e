import { describe, expect, it } from 'vitest';
import { modelError, statusIn, waitIn } from '../../../src/agents/model-error.ts';

describe('modelError', () => {
  it.each([
    ['429 Too Many Requests', null, 'provider'],
    ['{"error":{"code":529,"message":"Overloaded"}}', null, 'provider'],
    ['anything', 503, 'provider'],
    ['Request timed out.', null, 'provider'],
    ['connect ECONNREFUSED 127.0.0.1:9', null, 'provider'],
    ['You exceeded your current quota', 403, 'provider'],
    ['Invalid API key', 401, 'login'],
    ['Insufficient balance', 402, 'login'],
    ['403 Permission denied on resource project', null, 'login'],
    ['{"error":{"code":400,"message":"API key not valid. Please pass a valid API key."}}', null, 'login'],
    ['400 maximum context length is 128000 tokens', null, 'other'],
    ['Loop detected', null, 'other'],
    ['the file has 500 lines', null, 'other'],
  ])('%s (%s): %s', (text, status, what) => {
    expect(modelError(text, status, 0).what).toBe(what);
  });

  it('says in short what the provider said', () => {
    const text = '[API Error: {"error":{"code":429,"message":"Slow down.\\nPlease retry in 2m5s","status":"X"}}]';
    expect(modelError(text, null, 1_000)).toEqual({
      what: 'provider',
      why: '429 Slow down. Please retry in 2m5s',
      until: 126_000,
    });
    expect(modelError('x'.repeat(400), null, 0).why).toHaveLength(300);
  });
});

it.each([
  ['failed with status 503. Retrying', 503],
  ['status code: 500', 500],
  ['{"code": 401}', 401],
  ['[429] slow', 429],
  ['Error: 404 not found', 404],
  ['T-429 is done', null],
  ['4291', null],
])('status in %s', (text, status) => {
  expect(statusIn(text)).toBe(status);
});

it.each([
  ['Please retry in 34.07s.', 34_070],
  ['"retryDelay":"34s"', 34_000],
  ['Your quota will reset after 1h2m3s.', 3_723_000],
  ['Retrying after 34000ms...', 34_000],
  ['try again in 10 minutes', 600_000],
  ['retry-after: 30', 30_000],
  ['Retrying with backoff', null],
  ['try again later', null],
  ['retry after lunch', null],
])('wait in %s', (text, wait) => {
  expect(waitIn(text)).toBe(wait);
});
