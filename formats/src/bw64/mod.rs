//! BW64, RF64 and WAV files (ITU-R BS.2088, EBU Tech 3306).
