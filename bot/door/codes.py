"""What the QR of a ticket and of a certificate holds."""

from bot.codes import Kind

TICKET = Kind("tiket_", "/t/")
CERTIFICATE = Kind("sertifikat_", "/c/")
