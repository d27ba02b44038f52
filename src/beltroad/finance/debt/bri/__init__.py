"""Debt sustainability of partner countries by the frameworks of China's Ministry of Finance."""
