/** `a, b and 3 more`: the first names of a list, and how many there are besides. @param most names that are shown */
export const firstOf = (names: readonly string[], most = 5): string =>
  `${names.slice(0, most).join(', ')}${names.length > most ? ` and ${names.length - most} more` : ''}`;
