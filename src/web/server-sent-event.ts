/** One message of a stream, as `text/event-stream` has it. @param id names it; JSON has no line breaks */
export const serverSentEvent = (type: string, data: unknown, id?: string): string =>
  [`event: ${type}`, ...(id === undefined ? [] : [`id: ${id}`]), `data: ${JSON.stringify(data)}`, '', ''].join('\n');
