"""The drafts room: drawing a draft in the browser, sending one in as a file, and two people at one draft."""
