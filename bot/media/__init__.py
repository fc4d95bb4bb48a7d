"""Files: what came in, pictures, tables, calendar files, QR codes and lettering."""
