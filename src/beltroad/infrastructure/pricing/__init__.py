"""What a link takes: hours, money and emissions, waits at borders and in ports."""
