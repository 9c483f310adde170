// The meanings of error codes, as installstatus explain prints them.

const known = await (await fetch('/web/errorcodes.json')).json()

// explain takes an Int32 from the API. Lists of error codes print it as an unsigned hexadecimal number.
export function explain(code) {
  const hex = '0x' + (code >>> 0).toString(16).toUpperCase().padStart(8, '0')
  const { meaning, action } = known[hex] ?? { meaning: 'The meaning of this code is not known.', action: '' }
  return { hex, meaning, action }
}
